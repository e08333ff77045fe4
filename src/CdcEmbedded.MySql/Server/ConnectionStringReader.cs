using System.Data.Common;
using System.Globalization;
using CdcEmbedded.MySql.Replication;
using MySqlConnector;

namespace CdcEmbedded.MySql.Server;

/// <summary>Reads connection strings by MySqlConnector's own reader, and refuses by name what a source does not honour.</summary>
/// <remarks>Messages name keys, never values: a misplaced quote can make a password part of one.</remarks>
internal static class ConnectionStringReader
{
    // A million seconds is beyond any sense, but within what timers accept.
    private const uint MaxSeconds = 1_000_000;

    private const uint DefaultKeepAliveSeconds = 30;

    private const string SslModes = "must be Disabled (or None), Preferred, Required, VerifyCA or VerifyFull";

    /// <summary>Reads a connection string.</summary>
    /// <exception cref="ArgumentException">It is malformed, has an unknown or refused key, a key in two spellings, or a value that
    /// does not fit.</exception>
    public static ConnectionOptions Read(string connectionString)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        var keys = new MySqlConnectionStringBuilder();
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var allowsCleartext = false;
        foreach (var (name, value) in Tokenize(connectionString))
        {
            var (key, parsed) = IsNamed(name, ConnectionKeys.EnableCleartextPlugin)
                ? (ConnectionKeys.EnableCleartextPlugin, Flag(name, value))
                : ReadKey(name, value);
            if (!names.TryAdd(key, name))
            {
                throw new ArgumentException($"The connection string says the same thing twice: '{names[key]}' and '{name}'.",
                    nameof(connectionString));
            }

            if (key == ConnectionKeys.EnableCleartextPlugin)
            {
                allowsCleartext = parsed is true;
            }
            else if (parsed is not null)
            {
                keys[key] = parsed;
            }
        }

        var sslMode = keys.ContainsKey("SSL Mode") ? keys.SslMode : MySqlSslMode.VerifyFull;
        var session = new SessionSettings
        {
            Hosts = HostList.Read(keys),
            User = keys.UserID,
            Password = keys.Password,
            Database = keys.Database.Length > 0 ? keys.Database : null,
            SslMode = sslMode,
            Tls = TlsKeys.Read(keys, sslMode),
            ConnectTimeout = Seconds("Connection Timeout", keys.ConnectionTimeout),
            CommandTimeout = Seconds("Default Command Timeout", keys.DefaultCommandTimeout),
            KeepAlive = Seconds("Keep Alive", keys.ContainsKey("Keep Alive") ? keys.Keepalive : DefaultKeepAliveSeconds),
            AllowPublicKeyRetrieval = keys.AllowPublicKeyRetrieval,
            ServerRsaPublicKeyFile = keys.ServerRsaPublicKeyFile.Length > 0 ? keys.ServerRsaPublicKeyFile : null,
            EnableCleartextPlugin = allowsCleartext,
            IsInteractive = keys.InteractiveSession,
            ApplicationName = keys.ApplicationName.Length > 0 ? keys.ApplicationName : null,
        };
        return new ConnectionOptions(session, keys);
    }

    /// <summary>The exception for a key whose value does not fit; it does not show the value.</summary>
    public static ArgumentException Invalid(string key, string what) => new($"The connection string key '{key}' {what}.");

    private static IEnumerable<(string Name, string Value)> Tokenize(string connectionString)
    {
        DbConnectionStringBuilder tokens;
        try
        {
            tokens = new DbConnectionStringBuilder { ConnectionString = connectionString };
        }
        catch (ArgumentException)
        {
            // Its message is dropped: some of them quote a part of the text.
            throw new ArgumentException(
                "The connection string is malformed: it must consist of key=value pairs with ';' between them, values with ';' or '=' in "
                    + "quotes.",
                nameof(connectionString));
        }

        // The same spelling twice: the last one counts, as everywhere in .NET, so that a key may be appended to a text.
        foreach (string name in tokens.Keys)
        {
            yield return (name, Convert.ToString(tokens[name], CultureInfo.InvariantCulture) ?? "");
        }
    }

    /// <summary>Reads one key by MySqlConnector's reader.</summary>
    /// <returns>The name under which MySqlConnector lists it, and its value; a null value for an empty text.</returns>
    private static (string Key, object? Value) ReadKey(string name, string value)
    {
        var probe = new MySqlConnectionStringBuilder();
        try
        {
            _ = probe[name];
        }
        catch (ArgumentException)
        {
            throw new ArgumentException($"The connection string key '{name}' is not known. The keys are those of MySqlConnector.");
        }

        // Texts of the login end with a zero byte in the protocol.
        if (value.Contains('\0', StringComparison.Ordinal))
        {
            throw Invalid(name, "must not contain a zero character");
        }

        try
        {
            probe[name] = IsNamed(name, "SSL Mode") ? SslModeName(value) : value;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or InvalidCastException)
        {
            // The cause is dropped: its message quotes the value.
            throw Invalid(name, IsNamed(name, "SSL Mode") ? SslModes : "has a value that MySqlConnector does not accept");
        }

        var key = (string?)probe.Keys.Cast<string>().FirstOrDefault() ?? name;
        var parsed = probe[key];
        CheckNamed(name, value, parsed);
        Check(name, key, parsed);
        return (key, parsed);
    }

    /// <summary>Refuses numbers that name nothing, and lists: an enumeration's parser makes one number of the names of a list.</summary>
    private static void CheckNamed(string name, string value, object parsed)
    {
        if (parsed is Enum named && (value.Contains(',', StringComparison.Ordinal) || !Enum.IsDefined(named.GetType(), named)))
        {
            throw Invalid(name, named is MySqlSslMode ? SslModes : "has a value that MySqlConnector has no name for");
        }
    }

    private static void Check(string name, string key, object value)
    {
        var known = ConnectionKeys.Find(key)
            ?? throw Invalid(name, "is one of a newer MySqlConnector than this version was written for: what a replication session should "
            + "do with it is not decided");
        if (known.Use == ConnectionKeyUse.Refused && !Array.Exists(known.Accepted, accepted => IsSame(key, accepted, value)))
        {
            var accepted = known.Accepted.Length > 0 ? $"must be {string.Join(" or ", known.Accepted)}" : "is not supported";
            throw Invalid(name, $"{accepted}: {known.Reason}");
        }
    }

    /// <summary>Compares by value: MySqlConnector has several names for some.</summary>
    private static bool IsSame(string key, string text, object value)
        => new MySqlConnectionStringBuilder { [key] = text }[key].Equals(value);

    /// <summary>The spellings of MySQL's own programs (<c>VERIFY_IDENTITY</c>) beside MySqlConnector's.</summary>
    private static string SslModeName(string value)
    {
        if (int.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out _))
        {
            // A number, whose sign is no hyphen between words.
            return value;
        }

        var plain = value.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).Trim();
        return plain.Equals("VerifyIdentity", StringComparison.OrdinalIgnoreCase) ? nameof(MySqlSslMode.VerifyFull) : plain;
    }

    private static bool IsNamed(string name, string key) => name.Replace(" ", "", StringComparison.Ordinal)
        .Equals(key.Replace(" ", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);

    private static bool Flag(string name, string value) => value.ToUpperInvariant() switch
    {
        "" or "FALSE" or "NO" => false,
        "TRUE" or "YES" => true,
        _ => throw Invalid(name, "must be true or false"),
    };

    private static TimeSpan Seconds(string name, uint seconds)
        => seconds <= MaxSeconds ? TimeSpan.FromSeconds(seconds) : throw Invalid(name, $"must be a number of seconds from 0 to "
            + $"{MaxSeconds}");
}
