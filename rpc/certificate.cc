#include "rpc/certificate.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <memory>
#include <utility>

#include "crypto/hash.h"
#include "crypto/require.h"

namespace whoelse {
namespace {

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using BioPtr = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using CertificatePtr = std::unique_ptr<X509, Freer<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;

// OpenSSL keeps failures in a queue of the thread, where gRPC's next TLS call on the same thread
// would find ours and take its connection for broken.
struct ErrorsCleared {
  ~ErrorsCleared() { ERR_clear_error(); }
};

TlsPin PinOf(const X509& certificate) {
  uint8_t* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(&certificate), &der);
  Require(size > 0);   // it was parsed from DER
  const Sha256Digest digest = Sha256({ByteView(der, static_cast<size_t>(size))});
  OPENSSL_free(der);
  return TlsPin(std::span<const uint8_t, 32>(digest.data(), 32));
}

// False for what is no date, or one before 1970.
bool UnixTime(const ASN1_TIME* time, TimeS* out) {
  tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return false;
  const time_t seconds = timegm(&parts);
  if (seconds < 0) return false;
  *out = static_cast<TimeS>(seconds);
  return true;
}

absl::StatusOr<CertificateFacts> FactsOf(const X509& certificate) {
  CertificateFacts facts{PinOf(certificate), 0, 0};
  if (!UnixTime(X509_get0_notBefore(&certificate), &facts.not_before) ||
      !UnixTime(X509_get0_notAfter(&certificate), &facts.not_after)) {
    return absl::InvalidArgumentError("certificate with an unreadable date");
  }
  return facts;
}

struct OwnIdentity {
  CertificatePtr certificate;
  KeyPtr key;
};

absl::StatusOr<OwnIdentity> LoadTlsFiles(const TlsFiles& files) {
  const BioPtr certificate_file(BIO_new_file(files.certificate.c_str(), "rb"));
  const BioPtr key_file(BIO_new_file(files.key.c_str(), "rb"));
  if (!certificate_file) return absl::NotFoundError("the TLS certificate file cannot be read");
  if (!key_file) return absl::NotFoundError("the TLS key file cannot be read");
  struct stat key_stat {};
  if (stat(files.key.c_str(), &key_stat) != 0 || (key_stat.st_mode & S_IRWXO) != 0) {
    return absl::FailedPreconditionError("everybody may use the TLS key file: chmod it to 0600");
  }
  OwnIdentity own;
  own.certificate.reset(PEM_read_bio_X509(certificate_file.get(), nullptr, nullptr, nullptr));
  if (!own.certificate) return absl::InvalidArgumentError("the TLS certificate file is not PEM");
  // An empty passphrase: nobody is there to be asked.
  char no_passphrase[] = "";
  own.key.reset(PEM_read_bio_PrivateKey(key_file.get(), nullptr, nullptr, no_passphrase));
  if (!own.key) return absl::InvalidArgumentError("the TLS key file is not PEM without passphrase");
  if (X509_check_private_key(own.certificate.get(), own.key.get()) != 1) {
    return absl::FailedPreconditionError("the TLS key is not the certificate's");
  }
  return own;
}

// nullptr when a date or the name is not one that a certificate can hold.
CertificatePtr SelfSign(EVP_PKEY* key, const X509_NAME* name, TimeS not_before, TimeS not_after) {
  uint64_t serial = 0;
  Require(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1);
  CertificatePtr certificate(X509_new());
  X509* const x = certificate.get();
  const bool made =
      x != nullptr && X509_set_version(x, X509_VERSION_3) == 1 &&
      ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), serial >> 1) == 1 &&
      ASN1_TIME_set(X509_getm_notBefore(x), static_cast<time_t>(not_before)) != nullptr &&
      ASN1_TIME_set(X509_getm_notAfter(x), static_cast<time_t>(not_after)) != nullptr &&
      X509_set_subject_name(x, name) == 1 && X509_set_issuer_name(x, name) == 1 &&
      X509_set_pubkey(x, key) == 1 && X509_sign(x, key, nullptr) > 0;   // Ed25519 takes no digest
  return made ? std::move(certificate) : nullptr;
}

// Writes a new file that nobody but its owner may write, synced. `write` puts PEM into the BIO.
template <typename Write>
bool WriteNewFile(const std::string& path, mode_t mode, Write&& write) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
  if (fd < 0) return false;
  const BioPtr file(BIO_new_fd(fd, BIO_CLOSE));
  if (file && write(file.get()) == 1 && fsync(fd) == 0) return true;
  unlink(path.c_str());
  return false;
}

// By one rename, so that a program which reads it at any moment sees a whole certificate.
bool ReplaceCertificate(const std::string& path, X509* certificate) {
  const std::string fresh = path + ".new";
  unlink(fresh.c_str());   // of an attempt that was cut short
  return WriteNewFile(fresh, 0644,
                      [&](BIO* out) { return PEM_write_bio_X509(out, certificate); }) &&
         rename(fresh.c_str(), path.c_str()) == 0;
}

}  // namespace

absl::StatusOr<CertificateFacts> ReadCertificatePem(std::string_view pem) {
  const ErrorsCleared cleared;
  const BioPtr in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  Require(in != nullptr);
  const CertificatePtr certificate(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
  if (!certificate) return absl::InvalidArgumentError("not a PEM certificate");
  return FactsOf(*certificate);
}

absl::StatusOr<TlsPin> PinOfCertificatePem(std::string_view pem) {
  const absl::StatusOr<CertificateFacts> facts = ReadCertificatePem(pem);
  if (!facts.ok()) return facts.status();
  return facts->pin;
}

absl::StatusOr<CertificateFacts> CheckTlsFiles(const TlsFiles& files) {
  const ErrorsCleared cleared;
  const absl::StatusOr<OwnIdentity> own = LoadTlsFiles(files);
  if (!own.ok()) return own.status();
  return FactsOf(*own->certificate);
}

absl::Status CheckOwnDates(const TlsFiles& files, TimeS now) {
  const absl::StatusOr<CertificateFacts> own = CheckTlsFiles(files);
  if (!own.ok()) return own.status();
  if (now > own->not_after) {
    return absl::FailedPreconditionError(
        "our own certificate expired and every peer refuses it: renew it under the same key with "
        "whoelse federation renew-certificate");
  }
  if (now < own->not_before) {
    return absl::FailedPreconditionError(
        "our own certificate is not yet valid and every peer refuses it: put this machine's clock "
        "right, or renew the certificate with whoelse federation renew-certificate");
  }
  return absl::OkStatus();
}

absl::StatusOr<TlsPin> CreateTlsFiles(const TlsFiles& files, std::string_view common_name,
                                      TimeS not_before, TimeS not_after) {
  const ErrorsCleared cleared;
  if (access(files.key.c_str(), F_OK) == 0) {
    return absl::AlreadyExistsError("there is a TLS key file already");
  }
  const KeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  Require(key != nullptr);
  const std::unique_ptr<X509_NAME, Freer<X509_NAME_free>> name(X509_NAME_new());
  const auto* text = reinterpret_cast<const unsigned char*>(common_name.data());
  if (X509_NAME_add_entry_by_NID(name.get(), NID_commonName, MBSTRING_UTF8, text,
                                 static_cast<int>(common_name.size()), -1, 0) != 1) {
    return absl::InvalidArgumentError("a common name has 1 to 64 characters");
  }
  const CertificatePtr certificate = SelfSign(key.get(), name.get(), not_before, not_after);
  if (!certificate) return absl::InvalidArgumentError("dates that no certificate can hold");
  if (!WriteNewFile(files.key, 0600, [&](BIO* out) {
        return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
      })) {
    return absl::UnavailableError("the TLS key file cannot be written");
  }
  if (!ReplaceCertificate(files.certificate, certificate.get())) {
    unlink(files.key.c_str());
    return absl::UnavailableError("the TLS certificate file cannot be written");
  }
  return PinOf(*certificate);
}

absl::Status RenewCertificate(const TlsFiles& files, TimeS not_before, TimeS not_after) {
  const ErrorsCleared cleared;
  const absl::StatusOr<OwnIdentity> own = LoadTlsFiles(files);
  if (!own.ok()) return own.status();
  const CertificatePtr renewed =
      SelfSign(own->key.get(), X509_get_subject_name(own->certificate.get()), not_before, not_after);
  if (!renewed) return absl::InvalidArgumentError("dates that no certificate can hold");
  if (!ReplaceCertificate(files.certificate, renewed.get())) {
    return absl::UnavailableError("the TLS certificate file cannot be written");
  }
  return absl::OkStatus();
}

}  // namespace whoelse
