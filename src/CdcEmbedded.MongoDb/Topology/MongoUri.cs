using System.Buffers;
using System.Globalization;
using System.Text;

namespace CdcEmbedded.MongoDb.Topology;

/// <summary>The parts of a connection string, by its grammar alone: what the options mean is <see cref="MongoConnectionSettings"/>'
/// part.</summary>
/// <remarks>
/// <code>
/// mongodb://[username[:password]@]host1[:port1][,host2[:port2]...][/[database][?name=value[&amp;name=value]...]]
/// mongodb+srv://[username[:password]@]host[/[database][?options]]
/// </code>
/// After the specifications "Connection String" and "Initial DNS Seedlist Discovery". Messages name the part that is wrong and never
/// repeat it, because a password may have landed in any of them.
/// </remarks>
internal sealed class MongoUri
{
    private const string PlainScheme = "mongodb://";
    private const string SrvScheme = "mongodb+srv://";

    private static readonly SearchValues<char> ForbiddenInDatabase = SearchValues.Create("/\\ \"$\0");

    private MongoUri()
    {
    }

    /// <summary>Whether the hosts come from DNS.</summary>
    public bool IsSrv { get; private init; }

    /// <summary>The host whose SRV record names the servers; null without SRV.</summary>
    public string? SrvHost { get; private init; }

    /// <summary>The servers written in the string; empty with SRV.</summary>
    public IReadOnlyList<ServerAddress> Hosts { get; private init; } = [];

    /// <summary>The user; null for none.</summary>
    public string? Username { get; private set; }

    /// <summary>The password; null for none, which differs from an empty one.</summary>
    public string? Password { get; private set; }

    /// <summary>The database after the slash; null for none.</summary>
    public string? Database { get; private init; }

    /// <summary>Name and value of each option in their order: names in lower case, values still encoded.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Options { get; private init; } = [];

    /// <summary>Takes a connection string apart.</summary>
    /// <exception cref="ArgumentException">It does not follow the grammar.</exception>
    public static MongoUri Parse(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        var srv = uri.StartsWith(SrvScheme, StringComparison.Ordinal);
        if (!srv && !uri.StartsWith(PlainScheme, StringComparison.Ordinal))
        {
            throw Invalid($"it begins with neither {PlainScheme} nor {SrvScheme}");
        }

        var rest = uri[(srv ? SrvScheme : PlainScheme).Length..];
        var question = rest.IndexOf('?');
        var options = question < 0 ? [] : ParseOptions(rest[(question + 1)..]);
        rest = question < 0 ? rest : rest[..question];

        var slash = rest.IndexOf('/');
        var database = slash < 0 ? null : ParseDatabase(rest[(slash + 1)..]);
        var authority = slash < 0 ? rest : rest[..slash];

        var at = authority.LastIndexOf('@');
        var hosts = authority[(at + 1)..];
        var parsed = new MongoUri
        {
            IsSrv = srv,
            SrvHost = srv ? ParseSrvHost(hosts) : null,
            Hosts = srv ? [] : ParseHosts(hosts),
            Database = database,
            Options = options,
        };
        if (at >= 0)
        {
            parsed.ReadUser(authority[..at]);
        }

        return parsed;
    }

    /// <summary>Reads options as they stand after the question mark; TXT records hold the same.</summary>
    /// <exception cref="ArgumentException">One has no name or no equals sign.</exception>
    public static List<KeyValuePair<string, string>> ParseOptions(string text)
    {
        var options = new List<KeyValuePair<string, string>>();
        foreach (var part in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=');
            if (equals <= 0)
            {
                throw Invalid($"option {options.Count + 1} is not of the form name=value");
            }

            options.Add(new(Decode(part[..equals], "an option's name").ToLowerInvariant(), part[(equals + 1)..]));
        }

        return options;
    }

    /// <summary>Replaces each percent sign and its two digits.</summary>
    /// <param name="text">The encoded text.</param>
    /// <param name="part">What it is, for the message.</param>
    /// <exception cref="ArgumentException">A percent sign has no two hexadecimal digits after it, or the bytes are not UTF-8.</exception>
    public static string Decode(string text, string part)
    {
        if (!text.Contains('%'))
        {
            return text;
        }

        var source = Encoding.UTF8.GetBytes(text);
        var bytes = new List<byte>(source.Length);
        for (var i = 0; i < source.Length; i++)
        {
            if (source[i] != '%')
            {
                bytes.Add(source[i]);
                continue;
            }

            if (i + 2 >= source.Length || !char.IsAsciiHexDigit((char)source[i + 1]) || !char.IsAsciiHexDigit((char)source[i + 2]))
            {
                throw Invalid($"{part} has a percent sign without two hexadecimal digits after it; a percent sign itself is written %25");
            }

            bytes.Add(byte.Parse(source.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            i += 2;
        }

        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString([.. bytes]);
        }
        catch (DecoderFallbackException)
        {
            throw Invalid($"{part} holds encoded bytes that are not UTF-8");
        }
    }

    /// <summary>The error of every connection string that is refused.</summary>
    public static ArgumentException Invalid(string reason) => new($"The MongoDB connection string cannot be used: {reason}.");

    private static string? ParseDatabase(string text)
    {
        if (text.AsSpan().ContainsAny('/', '@'))
        {
            throw Invalid(
                "there is an unescaped '/' or '@' after the hosts; in user, password and socket paths they are written %2F and %40");
        }

        var name = Decode(text, "the database");
        return name.AsSpan().ContainsAny(ForbiddenInDatabase)
            ? throw Invalid("the database holds one of the characters / \\ \" $ or a space, which no database's name may hold")
            : name.Length == 0 ? null : name;
    }

    private static List<ServerAddress> ParseHosts(string text)
    {
        var hosts = new List<ServerAddress>();
        foreach (var part in text.Split(','))
        {
            var host = Decode(part, "a host");
            if (!ServerAddress.TryParse(host, out var address))
            {
                throw Invalid($"host {hosts.Count + 1} is not of the form name, name:port, [IPv6 address]:port or an encoded socket path");
            }

            hosts.Add(address);
        }

        return hosts;
    }

    private static string ParseSrvHost(string text)
    {
        if (text.AsSpan().ContainsAny(',', ':'))
        {
            throw Invalid($"{SrvScheme} takes exactly one host and no port");
        }

        var host = Decode(text, "the host").TrimEnd('.').ToLowerInvariant();
        return host.Split('.') is { Length: >= 3 } labels && !labels.Contains("")
            ? host
            : throw Invalid($"{SrvScheme} takes a host of at least three parts, such as cluster.example.com");
    }

    private void ReadUser(string text)
    {
        var colon = text.IndexOf(':');
        if (text.Contains('@') || (colon >= 0 && text.IndexOf(':', colon + 1) >= 0))
        {
            throw Invalid("user or password hold an unescaped ':' or '@'; write %3A and %40");
        }

        Username = Decode(colon < 0 ? text : text[..colon], "the user");
        Password = colon < 0 ? null : Decode(text[(colon + 1)..], "the password");
        if (Username.Length == 0)
        {
            throw Invalid("there is an '@' and no user before it");
        }
    }
}
