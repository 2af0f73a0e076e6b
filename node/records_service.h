// The agency's records through the node's door: a thin adapter over importer, registry and store.
#ifndef WHOELSE_NODE_RECORDS_SERVICE_H_
#define WHOELSE_NODE_RECORDS_SERVICE_H_

#include "node/callers.h"
#include "node/config.h"
#include "node/enroller.h"
#include "node/importer.h"
#include "node/registry.h"
#include "proto/node.grpc.pb.h"
#include "rpc/clock.h"

namespace whoelse {

struct RecordsParts {
  const NodeConfig& config;
  const Callers& callers;
  RocksdbStore& store;
  Registry& registry;
  Importer& importer;
  Enroller& enroller;
  const Clock& clock;
};

class RecordsService final : public v1::Records::Service {
 public:
  explicit RecordsService(RecordsParts parts) : parts_(parts) {}

  grpc::Status ImportRecords(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<v1::ImportReply, v1::ImportChunk>* stream) override;
  grpc::Status ListRecords(grpc::ServerContext* context, const v1::ListRecordsCall* call,
                           v1::JsonReply* reply) override;
  grpc::Status ExportRecords(grpc::ServerContext* context, const v1::ExportRecordsCall* call,
                             grpc::ServerWriter<v1::FilePart>* writer) override;
  grpc::Status ChangeRecord(grpc::ServerContext* context, const v1::ChangeRecordCall* call,
                            v1::JsonReply* reply) override;

 private:
  std::variant<ImportRequest, FieldError, absl::Status> RequestOf(
      const v1::ImportHead& head, const Organisations& theirs) const;
  Registry::Done Change(const Registry::By& by, const v1::ChangeRecordCall& call);

  const RecordsParts parts_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_RECORDS_SERVICE_H_
