using System.Data.Common;
using System.Globalization;

namespace CdcEmbedded.TestServers.Recipes;

/// <summary>An external server, which an environment variable names with a connection string of an administrator.</summary>
internal sealed record NamedServer(string Host, int Port, string User, string Password)
{
    /// <summary>Reads the variable; null if it is not set.</summary>
    /// <exception cref="InvalidOperationException">Its value is not a connection string.</exception>
    public static NamedServer? From(string variable)
    {
        if (Environment.GetEnvironmentVariable(variable) is not { Length: > 0 } text)
        {
            return null;
        }

        var parts = new DbConnectionStringBuilder();
        try
        {
            parts.ConnectionString = text;
        }
        catch (ArgumentException)
        {
            // Neither the value nor the inner message, which repeats it, may be shown: it contains a password.
            throw new InvalidOperationException(
                $"The environment variable {variable} is not a connection string such as 'Server=127.0.0.1;Port=3306;User "
                    + "ID=root;Password=…'.");
        }

        string Value(string fallback, params ReadOnlySpan<string> keys)
        {
            foreach (string key in keys)
            {
                if (parts.TryGetValue(key, out object? value))
                {
                    return Convert.ToString(value, CultureInfo.InvariantCulture) ?? fallback;
                }
            }

            return fallback;
        }

        if (!int.TryParse(Value("3306", "Port"), NumberStyles.None, CultureInfo.InvariantCulture, out int port))
        {
            throw new InvalidOperationException($"The port in the environment variable {variable} is not a number.");
        }

        return new NamedServer(
            Value("127.0.0.1", "Server", "Host", "Data Source"),
            port,
            Value("root", "User ID", "UserID", "User", "Username", "User Name", "Uid"),
            Value("", "Password", "Pwd"));
    }
}
