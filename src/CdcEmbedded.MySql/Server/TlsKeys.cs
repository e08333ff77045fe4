using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using CdcEmbedded.MySql.Replication;
using MySqlConnector;

namespace CdcEmbedded.MySql.Server;

/// <summary>Reads the keys of a connection string that concern TLS.</summary>
internal static class TlsKeys
{
    /// <summary>Reads them.</summary>
    /// <exception cref="ArgumentException">Two keys contradict each other, or a version or cipher suite is not supported.</exception>
    public static TlsSettings Read(MySqlConnectionStringBuilder keys, MySqlSslMode mode)
    {
        if (keys.SkipCertificateRevocationCheck && mode != MySqlSslMode.VerifyFull)
        {
            throw ConnectionStringReader.Invalid("Skip Certificate Revocation Check", "needs SslMode=VerifyFull: the other modes check no "
                + "revocation");
        }

        CheckClientCertificate(keys);
        return new TlsSettings
        {
            Verification = mode switch
            {
                MySqlSslMode.VerifyFull => TlsVerification.ChainAndName,
                MySqlSslMode.VerifyCA => TlsVerification.Chain,
                _ => TlsVerification.None,
            },
            CaFile = OrNull(keys.SslCa),
            ChecksRevocation = mode == MySqlSslMode.VerifyFull && !keys.SkipCertificateRevocationCheck,
            CertificatePemFile = OrNull(keys.SslCert),
            KeyPemFile = OrNull(keys.SslKey),
            CertificatePfxFile = OrNull(keys.CertificateFile),
            CertificatePfxPassword = OrNull(keys.CertificatePassword),
            CertificateStore = keys.CertificateStoreLocation switch
            {
                MySqlCertificateStoreLocation.CurrentUser => StoreLocation.CurrentUser,
                MySqlCertificateStoreLocation.LocalMachine => StoreLocation.LocalMachine,
                _ => null,
            },
            CertificateThumbprint = OrNull(keys.CertificateThumbprint),
            Protocols = Versions(keys.TlsVersion),
            CipherSuites = CipherSuites(keys.TlsCipherSuites),
        };
    }

    private static void CheckClientCertificate(MySqlConnectionStringBuilder keys)
    {
        var hasPem = keys.SslCert.Length > 0;
        var hasPfx = keys.CertificateFile.Length > 0;
        var hasStore = keys.CertificateStoreLocation != MySqlCertificateStoreLocation.None;
        if ((hasPem ? 1 : 0) + (hasPfx ? 1 : 0) + (hasStore ? 1 : 0) > 1)
        {
            throw ConnectionStringReader.Invalid(hasPfx ? "Certificate File" : "Certificate Store Location",
                "contradicts another key: there is one client certificate, from SslCert, CertificateFile or CertificateStoreLocation");
        }

        if (!hasPem && keys.SslKey.Length > 0)
        {
            throw ConnectionStringReader.Invalid("SslKey", "needs SslCert");
        }

        if (!hasStore && keys.CertificateThumbprint.Length > 0)
        {
            throw ConnectionStringReader.Invalid("Certificate Thumbprint", "needs Certificate Store Location");
        }
    }

    /// <summary>MySqlConnector has brought the text into the form <c>TLS 1.2, TLS 1.3</c>.</summary>
    private static SslProtocols Versions(string text)
    {
        var protocols = SslProtocols.None;
        foreach (var version in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            protocols |= version switch
            {
                "TLS 1.2" => SslProtocols.Tls12,
                "TLS 1.3" => SslProtocols.Tls13,
                _ => throw ConnectionStringReader.Invalid("TLS Version", "must be a list of 'TLS 1.2' and 'TLS 1.3'; older ones are "
                    + "broken"),
            };
        }

        return protocols;
    }

    private static TlsCipherSuite[] CipherSuites(string text)
    {
        var names = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return Array.ConvertAll(names, name => Enum.TryParse<TlsCipherSuite>(name, ignoreCase: true, out var suite)
            || Enum.TryParse("TLS_" + name, ignoreCase: true, out suite)
            ? suite
            : throw ConnectionStringReader.Invalid("TLS Cipher Suites", "names a suite that is not known; the names are those of IANA, "
            + "such as TLS_AES_256_GCM_SHA384"));
    }

    private static string? OrNull(string text) => text.Length > 0 ? text : null;
}
