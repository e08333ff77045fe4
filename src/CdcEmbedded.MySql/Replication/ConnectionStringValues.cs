using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Authentication;
using CdcEmbedded.Shared;

namespace CdcEmbedded.MySql.Replication;

/// <summary>The values of a connection string, read as what they should be.</summary>
internal sealed class ConnectionStringValues
{
    private readonly Dictionary<ConnectionStringKey, (string Name, string Value)> _values;

    /// <summary>Creates it over the key-value pairs.</summary>
    public ConnectionStringValues(Dictionary<ConnectionStringKey, (string Name, string Value)> values) => _values = values;

    /// <summary>A text; null where it is absent or empty.</summary>
    public string? Text(ConnectionStringKey key)
    {
        if (!_values.TryGetValue(key, out var pair) || pair.Value.Length == 0)
        {
            return null;
        }

        // Texts of the login end with a zero byte in the protocol.
        return pair.Value.Contains('\0', StringComparison.Ordinal) ? throw Invalid(key, "must not contain a zero character") : pair.Value;
    }

    /// <summary>Whole seconds, not negative.</summary>
    public TimeSpan Seconds(ConnectionStringKey key, int absent)
    {
        if (Text(key) is not { } text)
        {
            return TimeSpan.FromSeconds(absent);
        }

        // A million seconds is beyond any sense, but within what timers accept.
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= 1_000_000
            ? TimeSpan.FromSeconds(seconds)
            : throw Invalid(key, "must be a number of seconds from 0 to 1000000");
    }

    /// <summary>A yes or no; absent is no.</summary>
    public bool Flag(ConnectionStringKey key) => Text(key)?.ToLowerInvariant() switch
    {
        null or "false" or "no" or "off" or "0" => false,
        "true" or "yes" or "on" or "1" => true,
        _ => throw Invalid(key, "must be true or false"),
    };

    /// <summary>The port.</summary>
    public int Port(int absent)
    {
        if (Text(ConnectionStringKey.Port) is not { } text)
        {
            return absent;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= ushort.MaxValue
            ? port
            : throw Invalid(ConnectionStringKey.Port, "must be a number from 1 to 65535");
    }

    /// <summary>Whether the protocol is a Unix domain socket.</summary>
    public bool IsUnixProtocol() => Text(ConnectionStringKey.Protocol)?.ToLowerInvariant() switch
    {
        null or "socket" or "sockets" or "tcp" => false,
        "unix" or "unixsocket" => true,
        _ => throw Invalid(ConnectionStringKey.Protocol, "must be tcp or unix"),
    };

    /// <summary>Whether and how to encrypt.</summary>
    public MySqlSslMode SslMode() => Plain(ConnectionStringKey.SslMode) switch
    {
        null or "verifyfull" or "verifyidentity" => MySqlSslMode.VerifyFull,
        "verifyca" => MySqlSslMode.VerifyCA,
        "required" => MySqlSslMode.Required,
        "preferred" => MySqlSslMode.Preferred,
        "none" or "disabled" => MySqlSslMode.Disabled,
        _ => throw Invalid(ConnectionStringKey.SslMode, "must be Disabled (or None), Preferred, Required, VerifyCA or VerifyFull"),
    };

    /// <summary>Files and versions of TLS.</summary>
    public TlsSettings Tls(MySqlSslMode mode)
    {
        var pem = Text(ConnectionStringKey.SslCert);
        var pfx = Text(ConnectionStringKey.CertificateFile);
        if (pem is not null && pfx is not null)
        {
            throw Invalid(ConnectionStringKey.CertificateFile, "cannot stand beside SslCert: there is one client certificate");
        }

        if (pem is null && Text(ConnectionStringKey.SslKey) is not null)
        {
            throw Invalid(ConnectionStringKey.SslKey, "needs SslCert");
        }

        return new TlsSettings
        {
            Verification = mode switch
            {
                MySqlSslMode.VerifyFull => TlsVerification.ChainAndName,
                MySqlSslMode.VerifyCA => TlsVerification.Chain,
                _ => TlsVerification.None,
            },
            CaFile = Text(ConnectionStringKey.SslCa),
            CertificatePemFile = pem,
            KeyPemFile = Text(ConnectionStringKey.SslKey),
            CertificatePfxFile = pfx,
            CertificatePfxPassword = Text(ConnectionStringKey.CertificatePassword),
            Protocols = TlsVersions(),
        };
    }

    /// <summary>The exception for a value that does not fit; it does not show the value.</summary>
    public ArgumentException Invalid(ConnectionStringKey key, string what) =>
        new($"The connection string key '{(_values.TryGetValue(key, out var pair) ? pair.Name : key.ToString())}' {what}.");

    [SuppressMessage("Security", "CA5397", Justification = "Only 1.2 and 1.3 stand here; the rule takes the switch for another value.")]
    private SslProtocols TlsVersions()
    {
        var protocols = SslProtocols.None;
        foreach (var version in (Text(ConnectionStringKey.TlsVersion) ?? "").Split([',', '(', ')'], StringSplitOptions.RemoveEmptyEntries))
        {
            protocols |= version.Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant() switch
            {
                "tls12" or "tls1.2" or "tlsv1.2" => SslProtocols.Tls12,
                "tls13" or "tls1.3" or "tlsv1.3" => SslProtocols.Tls13,
                "" => SslProtocols.None,
                _ => throw Invalid(ConnectionStringKey.TlsVersion, "must be a list of 'TLS 1.2' and 'TLS 1.3'; older ones are broken"),
            };
        }

        return protocols;
    }

    private string? Plain(ConnectionStringKey key) => Text(key)?.Replace("_", "", StringComparison.Ordinal)
        .Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();
}
