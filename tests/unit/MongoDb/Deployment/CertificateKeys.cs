using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CdcEmbedded.MongoDb.Tests.Deployment;

internal static class CertificateKeys
{
    /// <summary>The private key, whichever algorithm it is of.</summary>
    public static AsymmetricAlgorithm GetRSAPrivateKeyOrEc(this X509Certificate2 certificate)
        => (AsymmetricAlgorithm?)certificate.GetRSAPrivateKey() ?? certificate.GetECDsaPrivateKey()
            ?? throw new InvalidOperationException("The certificate has no private key.");
}
