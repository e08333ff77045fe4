using System.Reflection;
using System.Text.RegularExpressions;

namespace CdcEmbedded.Tests.Architecture;

/// <summary>The analyzer ignores an entry of BannedSymbols.txt that names nothing, so a typing error would lift a ban
/// without a word.</summary>
public sealed partial class BannedSymbolsTests
{
    public static TheoryData<string> Entries => [.. File.ReadLines(Path.Combine(ShippedAssemblies.Root, "src", "BannedSymbols.txt"))];

    [Theory]
    [MemberData(nameof(Entries))]
    public void Every_banned_symbol_exists_and_has_a_reason(string entry)
    {
        var parts = Entry().Match(entry);
        Assert.True(parts.Success, $"'{entry}' is not of the form ID;reason.");
        Assert.False(string.IsNullOrWhiteSpace(parts.Groups["reason"].Value));
        var (kind, path, parameters) = (parts.Groups["kind"].Value, parts.Groups["path"].Value, parts.Groups["parameters"].Value);
        if (kind == "T")
        {
            Assert.NotNull(Find(path));
            return;
        }

        var dot = path.LastIndexOf('.');
        var type = Find(path[..dot]);
        Assert.NotNull(type);
        var name = path[(dot + 1)..].Replace('#', '.');
        Assert.Contains(type.GetMembers(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance), m => m.Name == name
            && Parameters(m) == parameters);
    }

    private static string Parameters(MemberInfo member)
        => member is MethodBase method ? string.Join(',', method.GetParameters().Select(p => p.ParameterType.FullName)) : "";

    private static Type? Find(string name)
    {
        Type[] oneOfEach = [typeof(object), typeof(Console), typeof(System.Timers.Timer), typeof(MongoDB.Bson.BsonDefaults)];
        return oneOfEach.Select(t => t.Assembly.GetType(name)).FirstOrDefault(t => t is not null);
    }

    [GeneratedRegex(@"^(?<kind>[TMP]):(?<path>[\w.`#]+)(\((?<parameters>[^)]*)\))?;(?<reason>.+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Entry();
}
