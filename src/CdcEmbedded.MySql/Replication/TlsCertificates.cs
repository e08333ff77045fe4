using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CdcEmbedded.MySql.Replication;

/// <summary>The certificates of one TLS handshake, read from their files.</summary>
internal sealed class TlsCertificates : IDisposable
{
    private readonly X509Certificate2Collection _owned = [];

    private TlsCertificates()
    {
    }

    /// <summary>The authorities to trust; null for the system's.</summary>
    public X509Certificate2Collection? Authorities { get; private set; }

    /// <summary>What the client shows of itself; null for nothing.</summary>
    public SslStreamCertificateContext? Client { get; private set; }

    /// <summary>Reads the files named in <paramref name="settings"/>.</summary>
    /// <exception cref="CdcConnectionException">A file is missing or is not what it should be; not transient.</exception>
    public static TlsCertificates Load(TlsSettings settings)
    {
        var certificates = new TlsCertificates();
        var file = settings.CaFile;
        try
        {
            if (file is not null)
            {
                certificates.LoadAuthorities(file);
            }

            file = settings.CertificatePemFile ?? settings.CertificatePfxFile;
            if (file is not null)
            {
                certificates.LoadClient(settings, file);
            }
            else if (settings.CertificateStore is { } location)
            {
                file = $"store {location}";
                certificates.LoadFromStore(location, settings.CertificateThumbprint);
            }

            return certificates;
        }
        catch (Exception exception)
            when (exception is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            certificates.Dispose();
            throw new CdcConnectionException(
                $"The certificate file '{file}' cannot be used: {exception.Message}", exception, isTransient: false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var certificate in _owned)
        {
            certificate.Dispose();
        }
    }

    private void LoadAuthorities(string file)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(file);
        _owned.AddRange(authorities);
        if (authorities.Count == 0)
        {
            throw new CryptographicException("it holds no PEM certificate.");
        }

        Authorities = authorities;
    }

    /// <summary>Takes the client certificate from the system's store of personal certificates.</summary>
    private void LoadFromStore(StoreLocation location, string? thumbprint)
    {
        using var store = new X509Store(StoreName.My, location, OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
        var found = store.Certificates;
        _owned.AddRange(found);
        var named = thumbprint is null ? found : found.Find(X509FindType.FindByThumbprint, thumbprint, validOnly: false);
        var keyed = named.Where(certificate => certificate.HasPrivateKey).ToList();
        Client = keyed.Count switch
        {
            0 => throw new CryptographicException(thumbprint is null ? "it holds no certificate with its private key."
                : "it holds no certificate of that thumbprint with its private key."),
            1 => SslStreamCertificateContext.Create(keyed[0], null, offline: true),
            _ => throw new CryptographicException($"it holds {keyed.Count} certificates with their private keys; name one by Certificate "
                + "Thumbprint."),
        };
    }

    private void LoadClient(TlsSettings settings, string file)
    {
        var chain = new X509Certificate2Collection();
        X509Certificate2? leaf;
        if (settings.CertificatePemFile is null)
        {
            chain = X509CertificateLoader.LoadPkcs12CollectionFromFile(file, settings.CertificatePfxPassword);
            leaf = chain.FirstOrDefault(certificate => certificate.HasPrivateKey)
                ?? throw new CryptographicException("it holds no certificate with its private key.");
        }
        else
        {
            chain.ImportFromPemFile(file);
            leaf = X509Certificate2.CreateFromPemFile(file, settings.KeyPemFile ?? file);
            if (OperatingSystem.IsWindows())
            {
                // The TLS of Windows does not accept a key that lives in memory only; going through PKCS#12 gives it a place.
                using var ephemeral = leaf;
                leaf = X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), null);
            }

            _owned.Add(leaf);
        }

        _owned.AddRange(chain);
        Client = SslStreamCertificateContext.Create(leaf, chain, offline: true);
    }
}
