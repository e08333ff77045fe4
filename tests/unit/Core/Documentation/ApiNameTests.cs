using System.Reflection;
using System.Text.RegularExpressions;
using CdcEmbedded.Tests.Architecture;

namespace CdcEmbedded.Tests.Documentation;

/// <summary>The types and members that pages name in code exist.</summary>
public sealed partial class ApiNameTests
{
    private static readonly string[] UserPages = ["README.md", .. RepositoryText.Pages.Where(page =>
        page.StartsWith("src/docs/", StringComparison.Ordinal) || page.EndsWith("/README.md", StringComparison.Ordinal)
            && page.StartsWith("src/", StringComparison.Ordinal))];

    /// <summary>Names of other libraries, of the framework, of connection strings, and of the pages' own code.</summary>
    private static readonly string[] Foreign =
    [
        "ActivitySource", "AddMeter", "AddSource", "AllowPublicKeyRetrieval", "BackgroundService", "BsonDocument", "CdcEmbedded",
            "CdcTail", "DateOnly", "JsonElement", "TimeOnly", "EnableCleartextPlugin", "MongoClient",
        "InvalidCastException", "InvalidOperationException", "LoggerFactory", "MoveNextAsync", "MyOffsetStore", "MySqlConnection",
            "MySqlDataSource", "ObjectDisposedException",
        "OperationCanceledException", "OverflowException", "RawBsonDocument", "ServerRsaPublicKeyFile", "SslCa", "SslCert", "SslKey",
            "SslMode", "VerifyCA", "VerifyFull",
        "SaveOffsetAsync", nameof(DocSnippets.OrderRow), nameof(DocSnippets.TotalHandler),
            nameof(DocSnippets.HostedStreams.TypedOrderHandler),
    ];

    private static readonly Dictionary<string, Type[]> Types = ShippedAssemblies.All.SelectMany(assembly => assembly.GetTypes())
        .GroupBy(type => type.Name.Split('`')[0]).ToDictionary(group => group.Key, group => group.ToArray());

    private static readonly HashSet<string> Members = [.. Types.Values.SelectMany(types => types).SelectMany(MembersOf)];

    public static TheoryData<string> Pages => [.. UserPages];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_type_and_member_that_a_page_names_exists(string page)
    {
        var unknown = new List<string>();
        foreach (var code in InlineCode().Matches(RepositoryText.Read(page)).Select(match => match.Groups[1].Value))
        {
            var parts = code.Split('(')[0].Split('.');
            var isKnown = parts.Length == 2 && Types.TryGetValue(parts[0], out var types)
                ? types.SelectMany(MembersOf).Contains(parts[1])
                : parts.Length > 1 || !Name().IsMatch(parts[0]) || Types.ContainsKey(parts[0]) || Members.Contains(parts[0])
                || Foreign.Contains(parts[0]);
            if (!isKnown)
            {
                unknown.Add(code);
            }
        }

        Assert.Empty(unknown);
    }

    private static IEnumerable<string> MembersOf(Type type) =>
        type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.FlattenHierarchy)
            .Select(member => member.Name);

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex InlineCode();

    [GeneratedRegex("^[A-Z][a-z0-9]+([A-Z][A-Za-z0-9]*)+$")]
    private static partial Regex Name();
}
