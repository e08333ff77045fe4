using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Xml.Linq;
using CdcEmbedded.Tests.Architecture;

namespace CdcEmbedded.PublishTests;

/// <summary>The packages as a user gets them.</summary>
public sealed class PackageTests(ReleaseBuild build)
{
    // Of portable PDB files: the source of a document.
    private static readonly Guid _embeddedSource = new("0e8a571b-6926-466e-b4ad-8ab04611f5fe");

    private const BindingFlags Members =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static TheoryData<string> Libraries => ShippedAssemblies.Names;

    public static TheoryData<string> All => [.. ShippedAssemblies.All.Select(a => a.GetName().Name ?? ""), "CdcTail"];

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_package_describes_itself(string id)
    {
        using var package = await OpenAsync(id);
        Assert.Equal(id, package.Text("id"));
        Assert.Equal("MIT", package.Text("license"));
        Assert.True(package.Text("description").Length > 40);
        Assert.StartsWith(package.Text("version") + ": ", package.Text("releaseNotes"), StringComparison.Ordinal);
        Assert.NotEmpty(package.Text("copyright"));
        Assert.InRange(package.Text("tags").Split(' ').Distinct().Count(), 4, 20);

        Assert.Equal("README.md", package.Text("readme"));
        var folder = id == "CdcTail" ? "samples" : "src";
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(ShippedAssemblies.Root, folder, id, "README.md")),
            package.Read("README.md"));

        Assert.Equal("icon.png", package.Text("icon"));
        var icon = package.Read("icon.png");
        Assert.Equal("PNG"u8.ToArray(), icon[1..4]);
        Assert.Equal((128, 128),
            (BinaryPrimitives.ReadInt32BigEndian(icon.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(icon.AsSpan(20))));
    }

    [Fact]
    public async Task Each_package_has_tags_of_its_own()
    {
        var tags = new List<string>();
        foreach (var id in All)
        {
            using var package = await OpenAsync(id);
            tags.Add(package.Text("tags"));
        }

        Assert.Equal(tags.Count, tags.Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_package_names_no_folder_of_the_machine_that_packed_it(string id)
    {
        using var package = await OpenAsync(id);
        var url = package.Metadata.Element("repository")?.Attribute("url")?.Value ?? "";
        Assert.True(url.Length == 0 || url.StartsWith("https://", StringComparison.Ordinal), url);
        Assert.Equal(url, package.Text("projectUrl"));
        Assert.DoesNotContain(ShippedAssemblies.Root, package.Metadata.ToString(), StringComparison.Ordinal);
        foreach (var file in package.Files.Where(f => Path.GetFileName(f).StartsWith("Cdc", StringComparison.Ordinal)))
        {
            Assert.True(package.Read(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(ShippedAssemblies.Root + "/")) < 0,
                $"{file} names {ShippedAssemblies.Root}");
        }
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public async Task The_symbols_of_a_library_hold_its_sources_by_paths_of_the_repository(string id)
    {
        using var package = await OpenAsync(id);
        using var assembly = new PEReader(new MemoryStream(package.Read($"lib/net10.0/{id}.dll")));
        var entry = Assert.Single(assembly.ReadDebugDirectory(), e => e.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
        using var symbols = assembly.ReadEmbeddedPortablePdbDebugDirectoryData(entry);
        var reader = symbols.GetMetadataReader();

        var documents = reader.Documents.Select(handle => (Handle: handle, Path: reader.GetString(reader.GetDocument(handle).Name)))
            .ToList();

        Assert.Contains(documents, document => document.Path.StartsWith($"/_/src/{id}/", StringComparison.Ordinal));
        Assert.All(documents, document =>
        {
            // What the build generates is in the folder of its artifacts, which is a temporary one here.
            Assert.True(document.Path.StartsWith("/_/", StringComparison.Ordinal)
                || document.Path.Contains("/obj/", StringComparison.Ordinal), document.Path);
            Assert.Contains(reader.GetCustomDebugInformation(document.Handle),
                information => reader.GetGuid(reader.GetCustomDebugInformation(information).Kind) == _embeddedSource);
        });
    }

    [Fact]
    public async Task The_repository_can_be_named_when_a_package_is_packed()
    {
        using var folder = new TemporaryFolder();
        await build.PackAsync(Path.Combine(ShippedAssemblies.Root, "src", "CdcEmbedded"), folder.PathOf("named"),
            "-p:RepositoryUrl=https://code.example/cdc");
        using var package = Package.Open(folder.PathOf("named"), "CdcEmbedded");
        Assert.Equal("https://code.example/cdc", package.Text("projectUrl"));
        Assert.Equal("https://code.example/cdc", package.Metadata.Element("repository")?.Attribute("url")?.Value);
        Assert.Equal("git", package.Metadata.Element("repository")?.Attribute("type")?.Value);
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public async Task A_library_holds_its_assembly_and_documentation_and_depends_on_what_is_listed(string id)
    {
        using var package = await OpenAsync(id);
        Assert.Equal(
            new[] { "README.md", "icon.png", $"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml" }
                .Concat(id == "CdcEmbedded" ? ["analyzers/dotnet/cs/CdcEmbedded.Generators.dll"] : []).Order(StringComparer.Ordinal),
                package.Files.Order(StringComparer.Ordinal));

        var group = Assert.Single(package.Metadata.Elements("dependencies").Elements("group"));
        Assert.Equal("net10.0", group.Attribute("targetFramework")?.Value);
        var dependencies = group.Elements("dependency").Select(d => d.Attribute("id")?.Value ?? "").ToList();
        Assert.Empty(dependencies.Except(House.Packages[id]));
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public async Task The_documentation_holds_every_public_type_and_public_members_only(string id)
    {
        using var package = await OpenAsync(id);
        using var file = new MemoryStream(package.Read($"lib/net10.0/{id}.xml"));
        var documented = XDocument.Load(file).Descendants("member").Select(m => m.Attribute("name")?.Value ?? "").ToList();
        var assembly = ShippedAssemblies.Get(id);

        Assert.Empty(assembly.GetExportedTypes().Select(t => "T:" + NameOf(t)).Except(documented));
        Assert.All(documented, d => Assert.True(IsVisible(assembly, d), d));
    }

    [Fact]
    public async Task A_program_that_references_the_package_gets_the_generator_of_rows()
    {
        var source = await build.PackagesAsync();
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.PathOf("program.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <RestorePackagesPath>{folder.PathOf("cache")}</RestorePackagesPath>
                <RestoreAdditionalProjectSources>{source}</RestoreAdditionalProjectSources>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="CdcEmbedded" Version="*" />
              </ItemGroup>
            </Project>
            """);
        await File.WriteAllTextAsync(folder.PathOf("program.cs"), """
            using CdcEmbedded;
            using CdcEmbedded.Sources;

            var values = new[] { DataValue.FromInt64(7), DataValue.FromText("Ann") };
            System.Console.WriteLine(new DataRecord(new DetachedRecordSet(null, new[] { "Id", "Name" }, values), 0).To<Person>());

            [CdcRow]
            public sealed partial record Person(int Id, string? Name);
            """);
        await Dotnet.RunAsync("build", folder.PathOf("program.csproj"), "-nologo", "-o", folder.PathOf("out"));
        var (code, output, errors) = await Dotnet.StartAsync("dotnet", folder.PathOf(Path.Combine("out", "program.dll")));
        Assert.True(code == 0, errors);
        Assert.Equal("Person { Id = 7, Name = Ann }", output.Trim());
    }

    private async Task<Package> OpenAsync(string id) => Package.Open(await build.PackagesAsync(), id);

    /// <summary>True if a documentation ID is that of a member that other assemblies see; overloads are not distinguished.</summary>
    private static bool IsVisible(Assembly assembly, string id)
    {
        var path = id[2..].Split('(', '~')[0];
        if (id[0] == 'T')
        {
            return assembly.GetExportedTypes().Any(t => NameOf(t) == path);
        }

        var dot = path.LastIndexOf('.');
        var name = path[(dot + 1)..].Split("``")[0].Replace('#', '.');
        return assembly.GetExportedTypes().Single(t => NameOf(t) == path[..dot]).GetMembers(Members)
            .Any(m => m.Name == name && IsVisible(m));
    }

    private static bool IsVisible(MemberInfo member) => member switch
    {
        MethodBase method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly,
        FieldInfo field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly,
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(IsVisible),
        EventInfo { AddMethod: { } add } => IsVisible(add),
        Type type => type.IsVisible,
        _ => false,
    };

    private static string NameOf(Type type) => (type.FullName ?? "").Replace('+', '.');
}
