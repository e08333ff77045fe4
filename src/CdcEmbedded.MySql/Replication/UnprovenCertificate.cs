namespace CdcEmbedded.MySql.Replication;

/// <summary>A server's certificate that does not verify, where the server may still prove in another way who it is. Empty until a
/// handshake fills it.</summary>
internal sealed class UnprovenCertificate
{
    /// <summary>The exception to throw where the server does not prove who it is; null where the certificate verified.</summary>
    public CdcConnectionException? Refusal { get; set; }

    /// <summary>SHA-256 over the certificate.</summary>
    public byte[] Fingerprint { get; set; } = [];
}
