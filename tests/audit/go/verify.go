// Verifies a log's folder, proof files from it and notes that it signed, with the Go project's own
// packages and nothing of ours: golang.org/x/mod/sumdb/note and golang.org/x/mod/sumdb/tlog.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run verify.go LOG-FOLDER [FILE.tlog-proof | FILE.note ...]
//
// The folder has checkpoint, log.vkey, tile/. Beside each proof file lies the entry that it proves,
// FILE.entry. Of each note it prints the size and the root: two of one size with different roots convict
// the log.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	height = 8
	width  = 1 << height
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "REFUTED:", err)
		os.Exit(1)
	}
}

// The tiles of a folder. tlog writes the height into a tile's path, C2SP tlog-tiles does not.
type folder string

func (f folder) Height() int                      { return height }
func (f folder) SaveTiles([]tlog.Tile, [][]byte)  {}
func (f folder) read(path string) ([]byte, error) { return os.ReadFile(filepath.Join(string(f), path)) }
func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/"+strconv.Itoa(height)+"/", "tile/", 1)
		data, err := f.read(path)
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// The tree that a checkpoint states, when the log has signed it.
func openCheckpoint(signed []byte, log note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(signed, note.VerifierList(log))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != log.Name() {
		return tlog.Tree{}, fmt.Errorf("checkpoint: not three lines of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// Every entry of every bundle against its leaf in the tiles, which the reader proves against the root.
func checkEntries(f folder, tree tlog.Tree) error {
	hashes := tlog.TileHashReader(tree, f)
	for bundle := int64(0); bundle*width < tree.N; bundle++ {
		count := tree.N - bundle*width
		if count > width {
			count = width
		}
		tile := tlog.Tile{H: height, L: 0, N: bundle, W: int(count)}
		path := strings.Replace(tile.Path(), "tile/"+strconv.Itoa(height)+"/0/", "tile/entries/", 1)
		data, err := f.read(path)
		if err != nil {
			return err
		}
		var indexes []int64
		for i := int64(0); i < count; i++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, bundle*width+i))
		}
		leaves, err := hashes.ReadHashes(indexes)
		if err != nil {
			return err
		}
		for i := range leaves {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				return fmt.Errorf("%s: ends inside an entry", path)
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			if tlog.RecordHash(data[2:end]) != leaves[i] {
				return fmt.Errorf("%s: entry %d is not the one that was logged", path, bundle*width+int64(i))
			}
			data = data[end:]
		}
		if len(data) != 0 {
			return fmt.Errorf("%s: goes on after its last entry", path)
		}
	}
	return nil
}

// https://c2sp.org/tlog-proof
func checkProof(path string, log note.Verifier) error {
	file, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	entry, err := os.ReadFile(path + ".entry")
	if err != nil {
		return err
	}
	parts := strings.SplitN(string(file), "\n\n", 2)
	lines := strings.Split(parts[0], "\n")
	if len(parts) != 2 || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return fmt.Errorf("%s: is no proof file", path)
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(hash) != tlog.HashSize {
			return fmt.Errorf("%s: a line is no hash", path)
		}
		proof = append(proof, *(*tlog.Hash)(hash))
	}
	tree, err := openCheckpoint([]byte(parts[1]), log)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry))
}

// A checkpoint that somebody kept as evidence.
func checkNote(path string, log note.Verifier) error {
	signed, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	tree, err := openCheckpoint(signed, log)
	if err != nil {
		return err
	}
	fmt.Printf("%s: signed by %s, %d entries, root %v\n", filepath.Base(path), log.Name(), tree.N, tree.Hash)
	return nil
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: verify LOG-FOLDER [FILE.tlog-proof | FILE.note ...]")
		os.Exit(2)
	}
	log := folder(os.Args[1])
	vkey, err := log.read("log.vkey")
	check(err)
	verifier, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	check(err)
	signed, err := log.read("checkpoint")
	check(err)
	tree, err := openCheckpoint(signed, verifier)
	check(err)
	check(checkEntries(log, tree))
	proofs := 0
	for _, path := range os.Args[2:] {
		if strings.HasSuffix(path, ".note") {
			check(checkNote(path, verifier))
			continue
		}
		check(checkProof(path, verifier))
		proofs++
	}
	fmt.Printf("%s: %d entries and %d proofs verify, root %v\n", verifier.Name(), tree.N, proofs, tree.Hash)
}
