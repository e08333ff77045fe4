namespace CdcEmbedded.TestServers.Fetching;

/// <summary>A package archive that this machine already uses and trusts.</summary>
/// <param name="Uri">The archive's address as written in the machine's sources.</param>
/// <param name="Trust">The fields that say whose signature is accepted, as lines of a deb822 stanza; may be empty.</param>
internal sealed record AptSource(string Uri, string Trust)
{
    private static readonly string[] _rolling = ["sid", "unstable", "testing", "stable"];

    /// <summary>The archives in the machine's own configuration that carry its distribution, in the order written, each once.</summary>
    public static IReadOnlyList<AptSource> OfThisMachine(string configuration = "/etc/apt", string release = "/etc/os-release")
    {
        var suites = new HashSet<string>(_rolling, StringComparer.Ordinal);
        if (File.Exists(release))
        {
            suites.UnionWith(File.ReadLines(release)
                .Where(line => line.StartsWith("VERSION_CODENAME=", StringComparison.Ordinal))
                .Select(line => line["VERSION_CODENAME=".Length..].Trim('"')));
        }

        string parts = Path.Combine(configuration, "sources.list.d");
        string[] files = Directory.Exists(parts) ? Directory.GetFiles(parts) : [];
        IEnumerable<AptSource> sources = files.Where(f => f.EndsWith(".sources", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            .SelectMany(file => ParseStanzas(File.ReadAllText(file), suites));
        IEnumerable<string> lists = files.Where(f => f.EndsWith(".list", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            .Prepend(Path.Combine(configuration, "sources.list")).Where(File.Exists);
        return [.. sources.Concat(lists.SelectMany(file => ParseLines(File.ReadLines(file), suites))).DistinctBy(source => source.Uri)];
    }

    /// <summary>Reads the deb822 format: stanzas of <c>Key: value</c>, continued on lines that start with white space.</summary>
    public static IEnumerable<AptSource> ParseStanzas(string text, IReadOnlySet<string> suites)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        string? last = null;
        foreach (string line in text.Split('\n').Append(""))
        {
            if (line.StartsWith('#'))
            {
                continue;
            }

            if (string.IsNullOrWhiteSpace(line))
            {
                foreach (AptSource source in FromFields(fields, suites))
                {
                    yield return source;
                }

                fields.Clear();
                last = null;
            }
            else if (char.IsWhiteSpace(line[0]) && last is not null)
            {
                fields[last] += "\n" + line.TrimEnd();
            }
            else if (line.IndexOf(':', StringComparison.Ordinal) is > 0 and int colon)
            {
                last = line[..colon].Trim();
                fields[last] = line[(colon + 1)..].Trim();
            }
        }
    }

    /// <summary>Reads the one-line format: <c>deb [option=value …] uri suite component …</c>.</summary>
    public static IEnumerable<AptSource> ParseLines(IEnumerable<string> lines, IReadOnlySet<string> suites)
    {
        foreach (string line in lines.Select(line => line.Split('#')[0].Trim())
            .Where(line => line.StartsWith("deb ", StringComparison.Ordinal)))
        {
            string rest = line[4..].Trim();
            string options = "";
            if (rest.StartsWith('[') && rest.IndexOf(']', StringComparison.Ordinal) is > 0 and int end)
            {
                options = rest[1..end];
                rest = rest[(end + 1)..].Trim();
            }

            string[] words = Words(rest);
            if (words.Length >= 3 && suites.Contains(words[1]))
            {
                yield return new AptSource(words[0], TrustOfOptions(options));
            }
        }
    }

    private static IEnumerable<AptSource> FromFields(Dictionary<string, string> fields, IReadOnlySet<string> suites)
    {
        string Field(string name) => fields.GetValueOrDefault(name, "");
        bool enabled = !Field("Enabled").Equals("no", StringComparison.OrdinalIgnoreCase);
        if (!enabled || !Words(Field("Types")).Contains("deb") || !Words(Field("Suites")).Any(suites.Contains))
        {
            return [];
        }

        string trust = Line("Signed-By", Field("Signed-By")) + Line("Trusted", Field("Trusted"));
        return Words(Field("URIs")).Select(uri => new AptSource(uri, trust));
    }

    private static string TrustOfOptions(string options)
    {
        string trust = "";
        foreach (string option in Words(options))
        {
            trust += option.Split('=', 2) switch
            {
                ["signed-by", var key] => Line("Signed-By", key.Replace(',', ' ')),
                ["trusted", var value] => Line("Trusted", value),
                _ => "",
            };
        }

        return trust;
    }

    private static string Line(string name, string value) => value.Length == 0 ? "" : $"{name}: {value}\n";

    private static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
