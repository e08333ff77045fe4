using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CdcEmbedded.MongoDb.Double.Security;

/// <summary>A certificate authority of one process, with a certificate for the server on loopback and one for a client.</summary>
public sealed class DoubleCertificates : IDisposable
{
    /// <summary>The subject of the client's certificate as MONGODB-X509 names the user (RFC 2253 order).</summary>
    public const string ClientSubject = "CN=cdc-client,OU=Tests,O=CdcEmbedded";

    /// <summary>Makes keys and certificates; P-256, valid for a day.</summary>
    public DoubleCertificates(DateTimeOffset now)
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=CdcEmbedded test authority", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        Authority = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        Server = Issue("CN=localhost", "1.3.6.1.5.5.7.3.1", now);
        Client = Issue(ClientSubject, "1.3.6.1.5.5.7.3.2", now);
    }

    /// <summary>The authority, to trust.</summary>
    public X509Certificate2 Authority { get; }

    /// <summary>For localhost, 127.0.0.1 and ::1, with its key.</summary>
    public X509Certificate2 Server { get; }

    /// <summary>For MONGODB-X509, with its key.</summary>
    public X509Certificate2 Client { get; }

    /// <summary>Writes <c>ca.pem</c> and <c>client.pem</c> (certificate and key), as drivers take them.</summary>
    public (string Authority, string Client) WritePem(string folder)
    {
        string authority = Path.Combine(folder, "ca.pem");
        string client = Path.Combine(folder, "client.pem");
        File.WriteAllText(authority, Authority.ExportCertificatePem() + "\n");
        using ECDsa key = Client.GetECDsaPrivateKey() ?? throw new InvalidOperationException("The client certificate has no key.");
        File.WriteAllText(client, Client.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
        return (authority, client);
    }

    /// <summary>True if a client's certificate is none, or one of this authority.</summary>
    internal bool Accepts(X509Certificate? certificate)
    {
        if (certificate is null)
        {
            return true;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(Authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        using var client = new X509Certificate2(certificate);
        return chain.Build(client);
    }

    /// <summary>The subject as MONGODB-X509 names users, null without a certificate.</summary>
    internal static string? SubjectOf(X509Certificate? certificate) => certificate?.Subject.Replace(", ", ",", StringComparison.Ordinal);

    /// <inheritdoc/>
    public void Dispose()
    {
        Authority.Dispose();
        Server.Dispose();
        Client.Dispose();
    }

    private X509Certificate2 Issue(string subject, string usage, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName(subject), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Authority, true, false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        byte[] serial = RandomNumberGenerator.GetBytes(12);
        serial[0] &= 0x7F;
        using X509Certificate2 issued = request.Create(Authority, now.AddMinutes(-30), now.AddHours(20), serial);
        using X509Certificate2 withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }
}
