using System.Xml.Linq;

namespace CdcEmbedded.Tests.Architecture;

/// <summary>Adapters never see each other, the core never sees an adapter, and inside a package the arrows between folders
/// form no circle.</summary>
public sealed class DependencyTests
{
    public static TheoryData<string> Assemblies => ShippedAssemblies.Names;

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void A_package_depends_only_on_the_packages_listed_for_it(string name)
    {
        var project = XDocument.Load(Path.Combine(ShippedAssemblies.Root, "src", name, name + ".csproj"));
        var packages = project.Descendants("PackageReference").Select(r => r.Attribute("Include")?.Value ?? "");
        var projects = project.Descendants("ProjectReference").Where(r => r.Attribute("ReferenceOutputAssembly")?.Value != "false")
            .Select(r => Path.GetFileNameWithoutExtension((r.Attribute("Include")?.Value ?? "").Replace('\\', '/')));

        AssertNone(packages.Concat(projects).Except(House.Packages[name]).Select(package => $"{name} must not depend on {package}"));
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Every_folder_of_a_package_is_listed(string name)
        => Assert.Equal(House.Folders[name].Keys.Order(StringComparer.Ordinal), Folders(name).Where(f => f.Length > 0)
            .Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void A_folder_uses_only_the_folders_listed_for_it(string name)
    {
        var allowed = House.Folders[name];
        var wrong = FolderUses.Of(ShippedAssemblies.Get(name))
            .Where(use => use.Key.From.Length > 0 && use.Key.To.Length > 0 && use.Key.From != use.Key.To)
            .Where(use => !allowed.GetValueOrDefault(use.Key.From, []).Contains(use.Key.To))
            .Where(use => !House.Debts.Contains((name, use.Key.From, use.Key.To)))
            .Select(use => $"{use.Key.From} must not use {use.Key.To}: {use.Value}");

        AssertNone(wrong);
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void The_arrows_between_the_listed_folders_form_no_circle(string name)
    {
        var folders = House.Folders[name];
        var done = new HashSet<string>();
        foreach (var folder in folders.Keys)
        {
            Visit(folder, []);
        }

        void Visit(string folder, List<string> path)
        {
            Assert.False(path.Contains(folder), $"{string.Join(" -> ", path)} -> {folder}");
            Assert.True(folders.ContainsKey(folder), $"{path.LastOrDefault()} may use {folder}, which is not listed.");
            if (done.Contains(folder))
            {
                return;
            }

            folders[folder].ToList().ForEach(used => Visit(used, [.. path, folder]));
            done.Add(folder);
        }
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void The_namespace_of_a_file_is_its_folder(string name)
    {
        var wrong = FolderUses.Sources(name).Where(file =>
        {
            var folder = FolderUses.FolderOf(name, file);
            var space = folder.Length == 0 ? name : $"{name}.{folder.Replace('/', '.')}";
            return !File.ReadLines(file).Contains($"namespace {space};");
        });
        AssertNone(wrong);
    }

    // Assert.Empty shortens what it prints.
    private static void AssertNone(IEnumerable<string> wrong)
    {
        var lines = wrong.Order(StringComparer.Ordinal).ToList();
        Assert.True(lines.Count == 0, string.Join('\n', lines));
    }

    private static IEnumerable<string> Folders(string name)
        => FolderUses.Sources(name).Select(file => FolderUses.FolderOf(name, file)).Distinct();
}
