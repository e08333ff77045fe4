using System.Data.Common;
using System.Globalization;

namespace CdcEmbedded.MySql.Replication;

/// <summary>Reads connection strings in the key names of MySqlConnector.</summary>
/// <remarks>Names are compared without regard to case, spaces, dashes and underscores. Values may be quoted as in any ADO.NET
/// connection string. Messages name keys, never values: a misplaced quote can make a password part of one.</remarks>
internal static class MySqlConnectionString
{
    private const int DefaultPort = 3306;

    /// <summary>Reads a connection string.</summary>
    /// <exception cref="ArgumentException">It is malformed, has an unknown key, a key twice, or a value that does not fit.</exception>
    public static MySqlConnectionSettings Parse(string connectionString)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        var values = new ConnectionStringValues(Tokenize(connectionString));
        var sslMode = values.SslMode();
        return new MySqlConnectionSettings
        {
            Hosts = Hosts(values),
            User = values.Text(ConnectionStringKey.User) ?? "",
            Password = values.Text(ConnectionStringKey.Password) ?? "",
            Database = values.Text(ConnectionStringKey.Database),
            SslMode = sslMode,
            Tls = values.Tls(sslMode),
            ConnectTimeout = values.Seconds(ConnectionStringKey.ConnectTimeout, 15),
            CommandTimeout = values.Seconds(ConnectionStringKey.CommandTimeout, 30),
            KeepAlive = values.Seconds(ConnectionStringKey.KeepAlive, 30),
            AllowPublicKeyRetrieval = values.Flag(ConnectionStringKey.AllowPublicKeyRetrieval),
            ServerRsaPublicKeyFile = values.Text(ConnectionStringKey.ServerRsaPublicKeyFile),
            EnableCleartextPlugin = values.Flag(ConnectionStringKey.EnableCleartextPlugin),
            ApplicationName = values.Text(ConnectionStringKey.ApplicationName),
        };
    }

    private static Dictionary<ConnectionStringKey, (string Name, string Value)> Tokenize(string connectionString)
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
                "The connection string is malformed: it must consist of key=value pairs with ';' between them, "
                + "values with ';' or '=' in quotes.",
                nameof(connectionString));
        }

        var values = new Dictionary<ConnectionStringKey, (string Name, string Value)>();
        foreach (string name in tokens.Keys)
        {
            var key = ConnectionStringKeys.Find(name);
            if (key == ConnectionStringKey.Ignored)
            {
                continue;
            }

            var value = Convert.ToString(tokens[name], CultureInfo.InvariantCulture) ?? "";
            if (!values.TryAdd(key, (name, value)))
            {
                throw new ArgumentException(
                    $"The connection string says the same thing twice: '{values[key].Name}' and '{name}'.", nameof(connectionString));
            }
        }

        return values;
    }

    private static MySqlHost[] Hosts(ConnectionStringValues values)
    {
        var port = values.Port(DefaultPort);
        var text = values.Text(ConnectionStringKey.Server) ?? "localhost";
        var unix = values.IsUnixProtocol();
        if (unix || text.StartsWith('/'))
        {
            return text.StartsWith('/')
                ? [new MySqlHost(text, 0)]
                : throw values.Invalid(ConnectionStringKey.Server, "must be the path of a Unix domain socket, beginning with '/'");
        }

        var parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return parts.Length > 0
            ? Array.ConvertAll(parts, part => Host(part, port, values))
            : throw values.Invalid(ConnectionStringKey.Server, "names no host");
    }

    // host, host:port, IPv4, IPv4:port, IPv6 in full, [IPv6], [IPv6]:port
    private static MySqlHost Host(string text, int defaultPort, ConnectionStringValues values)
    {
        var colon = text.LastIndexOf(':');
        var bracket = text.LastIndexOf(']');
        var hasPort = colon > bracket && (bracket >= 0 || text.IndexOf(':', StringComparison.Ordinal) == colon);
        var name = (hasPort ? text[..colon] : text).Trim('[', ']');
        if (!hasPort)
        {
            return new MySqlHost(name, defaultPort);
        }

        return name.Length > 0 && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port is > 0 and <= ushort.MaxValue
            ? new MySqlHost(name, port)
            : throw values.Invalid(
                ConnectionStringKey.Server, "has a host or port that cannot be read; it is host, host:port or [IPv6]:port");
    }
}
