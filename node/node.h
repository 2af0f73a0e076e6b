// The whole node: builds the parts from the configuration, runs until a signal, ends in order.
#ifndef WHOELSE_NODE_NODE_H_
#define WHOELSE_NODE_NODE_H_

#include "rpc/clock.h"

namespace whoelse {

// The program whoelse-node. Exit 0 after SIGTERM or SIGINT; 2: arguments or configuration; 74: the
// store; 1: anything else. `clock` lives as long as the process.
int RunNode(int argc, char** argv, const Clock& clock);

}  // namespace whoelse

#endif  // WHOELSE_NODE_NODE_H_
