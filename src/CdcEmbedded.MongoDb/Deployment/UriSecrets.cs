namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>Removes the secrets of a connection string from the driver's messages about it. The driver hides user and password only where
/// it finds them, and not in a string that it cannot read.</summary>
internal static class UriSecrets
{
    private const string Hidden = "***";

    /// <summary>Returns a message without secrets.</summary>
    /// <param name="message">The driver's message.</param>
    /// <param name="uri">The connection string.</param>
    public static string Remove(string message, string uri)
    {
        foreach (var secret in Find(uri).OrderByDescending(static secret => secret.Length))
        {
            message = message.Replace(secret, Hidden, StringComparison.OrdinalIgnoreCase);
        }

        return message;
    }

    /// <summary>What may be secret: everything up to the last @, which a password may contain by mistake, what is in the place of a port
    /// and is none, and the values of options that carry secrets.</summary>
    private static IEnumerable<string> Find(string uri)
    {
        var scheme = uri.IndexOf("://", StringComparison.Ordinal);
        var rest = scheme < 0 ? uri : uri[(scheme + 3)..];
        var at = rest.LastIndexOf('@');
        var query = rest.LastIndexOf('?');
        List<string> found = [];
        if (at > 0)
        {
            found.Add(rest[..at]);
            found.AddRange(rest[..at].Split(':', '@', '/', '?'));
        }

        foreach (var host in rest[(at + 1)..].Split(',', '/', '?'))
        {
            if (host.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon && !int.TryParse(host[(colon + 1)..], out _))
            {
                found.Add(host[(colon + 1)..]);
            }
        }

        foreach (var option in query < 0 ? [] : rest[(query + 1)..].Split('&', ';'))
        {
            if (option.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals && IsSecret(option.AsSpan(0, equals)))
            {
                found.Add(option[(equals + 1)..]);
                found.AddRange(option[(equals + 1)..].Split(',', ':'));
            }
        }

        return found.SelectMany(static text => (string[])[text, Uri.UnescapeDataString(text)]).Where(static text => text.Length > 2)
            .Distinct(StringComparer.Ordinal);
    }

    private static bool IsSecret(ReadOnlySpan<char> option) => option.Contains("password", StringComparison.OrdinalIgnoreCase)
        || option.Equals("authMechanismProperties", StringComparison.OrdinalIgnoreCase);
}
