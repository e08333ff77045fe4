using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CdcEmbedded.MySql.Tests.Scripted;

/// <summary>An authority, certificates that it signed, and the files that clients need; made for each run.</summary>
public sealed class TestCertificates : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cdc-certificates");
    private readonly X509Certificate2 _authority;

    public TestCertificates()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        CaFile = Write("ca.pem", _authority.ExportCertificatePem());
        ForLoopback = Sign("CN=server", names => names.AddIpAddress(IPAddress.Loopback));
        ForOtherHost = Sign("CN=other", names => names.AddDnsName("other.example"));
        Client = Sign("CN=client", names => names.AddDnsName("client.example"));
        ClientCertFile = Write("client.pem", Client.ExportCertificatePem());
        using var clientKey = Client.GetECDsaPrivateKey()!;
        ClientKeyFile = Write("client-key.pem", clientKey.ExportPkcs8PrivateKeyPem());
        ClientPfxFile = Path.Combine(_folder.FullName, "client.pfx");
        File.WriteAllBytes(ClientPfxFile, Client.Export(X509ContentType.Pkcs12, PfxPassword));
        RsaKey = RSA.Create(2048);
        RsaPublicKeyFile = Write("rsa.pem", RsaKey.ExportSubjectPublicKeyInfoPem());
    }

    public const string PfxPassword = "pfx-s3cret";

    public string CaFile { get; }

    public X509Certificate2 ForLoopback { get; }

    public X509Certificate2 ForOtherHost { get; }

    public X509Certificate2 Client { get; }

    public string ClientCertFile { get; }

    public string ClientKeyFile { get; }

    public string ClientPfxFile { get; }

    public RSA RsaKey { get; }

    public string RsaPublicKeyFile { get; }

    public string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose()
    {
        _authority.Dispose();
        ForLoopback.Dispose();
        ForOtherHost.Dispose();
        Client.Dispose();
        RsaKey.Dispose();
        _folder.Delete(recursive: true);
    }

    private X509Certificate2 Sign(string subject, Action<SubjectAlternativeNameBuilder> name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        name(names);
        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        using var bare = request.Create(_authority, now.AddHours(-1), now.AddHours(12), RandomNumberGenerator.GetBytes(8));
        using var keyed = bare.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(keyed.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }
}
