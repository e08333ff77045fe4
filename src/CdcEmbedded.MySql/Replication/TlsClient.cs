using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CdcEmbedded.MySql.Replication;

/// <summary>Puts TLS on a connection.</summary>
internal static class TlsClient
{
    /// <summary>Shakes hands as <paramref name="settings"/> say.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="settings">What to check and what to show.</param>
    /// <param name="host">The name that the certificate must be for.</param>
    /// <param name="peer">Host and port, for messages.</param>
    /// <param name="remedy">What the user may change when the certificate does not verify.</param>
    /// <param name="unproven">Takes a certificate that does not verify, so that the handshake completes; null to refuse it at once.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="CdcConnectionException">The certificate does not verify, no common version (neither is transient), or
    /// the connection broke.</exception>
    public static async ValueTask AuthenticateAsync(
        BlockingStream connection, TlsSettings settings, string host, string peer, string remedy, UnprovenCertificate? unproven,
        CancellationToken cancellationToken)
    {
        using var certificates = TlsCertificates.Load(settings);
        string? complaint = null;
        var options = CreateOptions(settings, certificates, host);
        options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
        {
            complaint = Complaint(settings.Verification, certificate, chain, errors);
            if (complaint is null || unproven is null || certificate is null)
            {
                return complaint is null;
            }

            unproven.Refusal = Refusal(peer, complaint, remedy, null);
            unproven.Fingerprint = SHA256.HashData(certificate.GetRawCertData());
            return true;
        };
        try
        {
            await connection.StartTlsAsync(options, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (ChunkedReader.IsConnectionFailure(exception) || exception is System.ComponentModel.Win32Exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw complaint is not null
                ? Refusal(peer, complaint, remedy, exception)
                : new CdcConnectionException(
                    $"TLS with {peer} failed: {exception.Message}", exception, isTransient: exception is not AuthenticationException);
        }
    }

    private static CdcConnectionException Refusal(string peer, string complaint, string remedy, Exception? cause)
        => new($"The certificate of {peer} was refused: {complaint}. {remedy}", cause, isTransient: false);

    private static SslClientAuthenticationOptions CreateOptions(TlsSettings settings, TlsCertificates certificates, string host)
    {
        // Private authorities publish no revocations as a rule, and a check that finds none fails.
        var policy = new X509ChainPolicy
        {
            RevocationMode = settings.ChecksRevocation && certificates.Authorities is null ? X509RevocationMode.Online
                : X509RevocationMode.NoCheck,
        };
        if (certificates.Authorities is { } authorities)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(authorities);
        }

        var options = new SslClientAuthenticationOptions
        {
            TargetHost = host,
            EnabledSslProtocols = settings.Protocols,
            CertificateChainPolicy = policy,
            ClientCertificateContext = certificates.Client,
        };
        if (settings.CipherSuites.Count > 0)
        {
            options.CipherSuitesPolicy = OperatingSystem.IsWindows() || OperatingSystem.IsAndroid()
                ? throw new CdcConnectionException("TLS Cipher Suites cannot be chosen by a program on this system, only by the system's "
                + "own policy.", isTransient: false)
                : new CipherSuitesPolicy(settings.CipherSuites);
        }

        return options;
    }

    private static string? Complaint(TlsVerification verification, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (verification == TlsVerification.None)
        {
            return null;
        }

        if (certificate is null || (errors & SslPolicyErrors.RemoteCertificateNotAvailable) != 0)
        {
            return "it showed none";
        }

        if ((errors & SslPolicyErrors.RemoteCertificateChainErrors) != 0)
        {
            var reasons = chain?.ChainStatus.Select(status => status.StatusInformation.Trim().TrimEnd('.')) ?? [];
            return $"'{certificate.Subject}', issued by '{certificate.Issuer}', is not trusted ({string.Join("; ", reasons.Distinct())})";
        }

        return verification == TlsVerification.ChainAndName && (errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0
            ? $"'{certificate.Subject}' is not for this host name"
            : null;
    }
}
