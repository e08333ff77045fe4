using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>Reads the PEM files of TLS options, and checks certificates against the authorities in them.</summary>
internal static class TlsFiles
{
    /// <summary>Reads the authorities to trust.</summary>
    /// <exception cref="CdcConnectionException">The file is missing or holds no certificate; not transient.</exception>
    public static X509Certificate2Collection ReadAuthorities(string file)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(file);
            return authorities.Count > 0 ? authorities : throw new CryptographicException("it holds no PEM certificate.");
        }
        catch (Exception exception) when (IsFileFailure(exception))
        {
            throw Unusable(file, exception);
        }
    }

    /// <summary>Reads the client's certificate, with its private key and the certificates between it and its authority.</summary>
    /// <exception cref="CdcConnectionException">The file is missing, is not what it should be, or the password is
    /// wrong; not transient.</exception>
    public static X509Certificate2[] ReadClient(string file, string? password)
    {
        try
        {
            var leaf = password is null ? X509Certificate2.CreateFromPemFile(file)
                : X509Certificate2.CreateFromEncryptedPemFile(file, password);
            if (OperatingSystem.IsWindows())
            {
                // The TLS of Windows does not accept a key that lives in memory only; PKCS#12 gives it a place.
                using var ephemeral = leaf;
                leaf = X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), null);
            }

            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(file);
            return [leaf, .. chain.Where(certificate => certificate.Thumbprint != leaf.Thumbprint)];
        }
        catch (Exception exception) when (IsFileFailure(exception))
        {
            throw Unusable(file, exception);
        }
    }

    /// <summary>Returns true if one of the authorities signed a server's certificate, directly or through the certificates that
    /// the server sent.</summary>
    public static bool IsTrusted(X509Certificate? certificate, X509Chain? sent, X509Certificate2Collection authorities)
    {
        if (certificate is null)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1"));
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        foreach (var element in sent?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        using var server = certificate as X509Certificate2 ?? new X509Certificate2(certificate);
        return chain.Build(server);
    }

    private static bool IsFileFailure(Exception exception)
        => exception is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException;

    private static CdcConnectionException Unusable(string file, Exception exception)
        => new($"The certificate file '{file}' cannot be used: {exception.Message}", exception, isTransient: false);
}
