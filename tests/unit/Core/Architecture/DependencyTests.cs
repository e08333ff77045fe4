using System.Text.RegularExpressions;

namespace CdcEmbedded.Tests.Architecture;

/// <summary>Adapters never see each other, the core never sees an adapter, and inside an adapter the arrows point one way.</summary>
public sealed partial class DependencyTests
{
    public static TheoryData<string> Assemblies => ShippedAssemblies.Names;

    /// <summary>For each adapter's folders: which of its others each may use. The root joins everything.</summary>
    private static readonly Dictionary<string, Dictionary<string, string[]>> Folders = new()
    {
        ["CdcEmbedded.MySql"] = new()
        {
            ["Protocol"] = [],
            ["Binlog"] = ["Protocol"],
            ["Schema"] = ["Protocol", "Binlog"],
            ["Snapshot"] = ["Protocol", "Schema"],
            ["Feed"] = ["Protocol", "Binlog", "Schema", "Snapshot"],
        },
        ["CdcEmbedded.MongoDb"] = new()
        {
            ["Bson"] = [],

            // These three are one connection and know each other: a login runs commands, a handshake tells the topology, a monitor connects.
            ["Wire"] = ["Bson", "Authentication", "Topology"],
            ["Authentication"] = ["Bson", "Wire", "Topology"],
            ["Topology"] = ["Bson", "Wire", "Authentication"],

            // A change stream is read through IMongoDeployment alone, so that another driver can carry it.
            ["ChangeStreams"] = ["Bson"],
            ["Feed"] = ["Bson", "ChangeStreams"],
            ["Snapshot"] = ["Bson", "ChangeStreams"],
        },
    };

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void An_assembly_references_the_framework_logging_and_the_core_only(string name)
    {
        var assembly = ShippedAssemblies.All.Single(a => a.GetName().Name == name);
        var foreign = assembly.GetReferencedAssemblies().Select(a => a.Name ?? "").Where(reference =>
            !reference.StartsWith("System.", StringComparison.Ordinal) && reference != "Microsoft.Win32.Primitives" && reference != "Microsoft.Extensions.Logging.Abstractions"
            && (reference != "CdcEmbedded" || name == "CdcEmbedded"));
        Assert.Empty(foreign);
    }

    [Fact]
    public void Project_files_reference_the_core_only()
    {
        foreach (var project in Directory.GetFiles(Path.Combine(ShippedAssemblies.Root, "src"), "*.csproj", SearchOption.AllDirectories))
        {
            var references = ProjectReference().Matches(File.ReadAllText(project)).Select(m => Path.GetFileNameWithoutExtension(m.Groups[1].Value));
            var allowed = Path.GetFileNameWithoutExtension(project) == "CdcEmbedded" ? Array.Empty<string>() : ["CdcEmbedded"];
            Assert.Empty(references.Except(allowed).Select(r => $"{project} references {r}"));
        }
    }

    [Fact]
    public void Inside_an_adapter_the_arrows_point_one_way()
    {
        var wrong = new List<string>();
        foreach (var (adapter, folders) in Folders)
        {
            foreach (var (folder, allowed) in folders)
            {
                var path = Path.Combine(ShippedAssemblies.Root, "src", adapter, folder);
                var files = Directory.Exists(path) ? Directory.GetFiles(path, "*.cs", SearchOption.AllDirectories) : [];
                foreach (var file in files)
                {
                    var used = Namespace(adapter).Matches(File.ReadAllText(file)).Select(m => m.Groups[1].Value).Distinct();
                    wrong.AddRange(used.Where(u => folders.ContainsKey(u) && u != folder && !allowed.Contains(u))
                        .Select(u => $"{Path.GetRelativePath(ShippedAssemblies.Root, file)} uses {adapter}.{u}"));
                }
            }
        }

        Assert.Empty(wrong);
    }

    [GeneratedRegex("<ProjectReference Include=\"([^\"]+)\"")]
    private static partial Regex ProjectReference();

    private static Regex Namespace(string adapter) => new($@"\b{Regex.Escape(adapter)}\.(\w+)");
}
