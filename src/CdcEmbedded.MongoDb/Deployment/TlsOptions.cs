using System.Net.Security;
using MongoDB.Driver;
using MongoDB.Driver.Core.Configuration;

namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>The TLS options of a connection string that the driver does not read. Immutable.</summary>
/// <remarks>Specification "URI Options", "TLS Options". Without this they would be ignored silently.</remarks>
internal sealed record TlsOptions
{
    private const string CaFileOption = "tlsCAFile";
    private const string KeyFileOption = "tlsCertificateKeyFile";
    private const string PasswordOption = "tlsCertificateKeyFilePassword";
    private const string InvalidCertificates = "tlsAllowInvalidCertificates";
    private const string InvalidHostnames = "tlsAllowInvalidHostnames";
    private const string NoOcsp = "tlsDisableOCSPEndpointCheck";
    private const string NoRevocation = "tlsDisableCertificateRevocationCheck";
    private const string Insecure = "tlsInsecure";

    private static readonly (string First, string Second)[] Exclusive =
    [
        (Insecure, InvalidCertificates), (Insecure, InvalidHostnames), (Insecure, NoOcsp), (InvalidCertificates, NoOcsp),
            (InvalidCertificates, NoRevocation),
        (NoOcsp, NoRevocation),
    ];

    /// <summary>PEM file of the authorities to trust; null for the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>PEM file of the client's certificate and private key; null for none.</summary>
    public string? CertificateKeyFile { get; init; }

    /// <summary>Password of the private key; null where it is not encrypted.</summary>
    public string? KeyPassword { get; init; }

    /// <summary>True to accept certificates that no trusted authority signed.</summary>
    public bool AllowsInvalidCertificates { get; init; }

    /// <summary>True to accept certificates for another host name.</summary>
    public bool AllowsInvalidHostnames { get; init; }

    /// <summary>True if TLS is wanted although the string does not say so: sending the password in clear text for want of one more option
    /// would be a trap.</summary>
    public bool ImpliesTls { get; init; }

    /// <summary>Takes the options out of those that the driver does not know.</summary>
    /// <param name="options">All options.</param>
    /// <param name="unknown">The names that the driver does not know; those that are known here are removed.</param>
    /// <exception cref="ArgumentException">Options exclude each other, or a value is neither true nor false.</exception>
    public static TlsOptions Take(ConnectionString options, List<string> unknown)
    {
        foreach (var (first, second) in Exclusive)
        {
            if (options.GetOption(first) is not null && options.GetOption(second) is not null)
            {
                throw ConnectionUri.Invalid($"{first} and {second} exclude each other");
            }
        }

        var result = new TlsOptions
        {
            CaFile = Text(CaFileOption),
            CertificateKeyFile = Text(KeyFileOption),
            KeyPassword = Text(PasswordOption),
            AllowsInvalidCertificates = Flag(InvalidCertificates),
            AllowsInvalidHostnames = Flag(InvalidHostnames),
        };
        Flag(NoOcsp);
        return result with { ImpliesTls = options.Tls is null && (result.IsGiven || options.TlsInsecure is not null) };

        string? Text(string name)
        {
            unknown.RemoveAll(other => other.Equals(name, StringComparison.OrdinalIgnoreCase));
            return options.GetOption(name) is { Length: > 0 } value ? value : null;
        }

        bool Flag(string name) => Text(name) switch
        {
            null or "false" => false,
            "true" => true,
            _ => throw ConnectionUri.Invalid($"{name} must be true or false"),
        };
    }

    private bool IsGiven => CaFile is not null || CertificateKeyFile is not null || AllowsInvalidCertificates || AllowsInvalidHostnames;

    /// <summary>Sets the driver's TLS settings. Reads the files.</summary>
    /// <exception cref="CdcConnectionException">A file is missing or is not what it should be.</exception>
    public void Apply(MongoClientSettings settings)
    {
        settings.UseTls |= ImpliesTls;
        if (!IsGiven)
        {
            return;
        }

        var tls = settings.SslSettings?.Clone() ?? new SslSettings { CheckCertificateRevocation = false };
        if (CertificateKeyFile is { } file)
        {
            tls.ClientCertificates = TlsFiles.ReadClient(file, KeyPassword);
        }

        if (!settings.AllowInsecureTls && (CaFile is not null || AllowsInvalidCertificates || AllowsInvalidHostnames))
        {
            tls.ServerCertificateValidationCallback = CreateValidation();
        }

        settings.SslSettings = tls;
    }

    private RemoteCertificateValidationCallback CreateValidation()
    {
        var authorities = CaFile is { } file ? TlsFiles.ReadAuthorities(file) : null;
        var accepted = (AllowsInvalidCertificates ? SslPolicyErrors.RemoteCertificateChainErrors : SslPolicyErrors.None)
            | (AllowsInvalidHostnames ? SslPolicyErrors.RemoteCertificateNameMismatch : SslPolicyErrors.None);
        return (_, certificate, chain, errors) =>
        {
            if (authorities is not null && (errors & ~accepted & SslPolicyErrors.RemoteCertificateChainErrors) != 0
                && TlsFiles.IsTrusted(certificate, chain, authorities))
            {
                errors &= ~SslPolicyErrors.RemoteCertificateChainErrors;
            }

            return (errors & ~accepted) == SslPolicyErrors.None;
        };
    }
}
