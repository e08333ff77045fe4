using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace CdcEmbedded.MySql.Replication;

/// <summary>What a TLS connection is made with. Files are read at each connection, so renewed ones are picked up.</summary>
internal sealed record TlsSettings
{
    /// <summary>How much of the server's certificate is checked.</summary>
    public TlsVerification Verification { get; init; } = TlsVerification.ChainAndName;

    /// <summary>A PEM file with the authorities to trust instead of the system's; null for the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>True if authorities are asked which certificates they revoked. Default: false. Never asked about
    /// those of <see cref="CaFile"/>.</summary>
    public bool ChecksRevocation { get; init; }

    /// <summary>A PEM file with the client's certificate, and its intermediates after it.</summary>
    public string? CertificatePemFile { get; init; }

    /// <summary>A PEM file with the client's key; null where <see cref="CertificatePemFile"/> holds it as well.</summary>
    public string? KeyPemFile { get; init; }

    /// <summary>A PKCS#12 file with the client's certificate and key.</summary>
    public string? CertificatePfxFile { get; init; }

    /// <summary>The password of <see cref="CertificatePfxFile"/>.</summary>
    public string? CertificatePfxPassword { get; init; }

    /// <summary>The system's store with the client's certificate and key; null for none.</summary>
    public StoreLocation? CertificateStore { get; init; }

    /// <summary>Which certificate of <see cref="CertificateStore"/> it is; null for its only one with a key.</summary>
    public string? CertificateThumbprint { get; init; }

    /// <summary>The versions allowed; <see cref="SslProtocols.None"/> leaves the choice to the system.</summary>
    public SslProtocols Protocols { get; init; } = SslProtocols.None;

    /// <summary>The cipher suites allowed; empty leaves the choice to the system.</summary>
    public IReadOnlyList<TlsCipherSuite> CipherSuites { get; init; } = [];

    /// <summary>The settings without the password.</summary>
    public override string ToString() => $"{Verification}, CA {CaFile ?? "of the system"}";
}
