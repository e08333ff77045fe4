using System.Reflection;

namespace CdcEmbedded.Tests.Architecture;

/// <summary>The assemblies that are shipped: a new package is one line here, and a project reference.</summary>
internal static class ShippedAssemblies
{
    public static TheoryData<string> Names => [.. All.Select(a => a.GetName().Name ?? "")];

    public static IReadOnlyList<Assembly> All { get; } =
    [
        typeof(CdcEngine).Assembly,
        typeof(Hosting.CdcStreams).Assembly,
        typeof(Testing.ScriptedSource).Assembly,
        typeof(MongoDb.MongoSource).Assembly,
        typeof(MySql.MySqlSource).Assembly,
    ];

    public static Assembly Get(string name) => All.Single(a => a.GetName().Name == name);

    /// <summary>The repository's folder, found from where the tests run.</summary>
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    private static string FindRoot(string folder) => File.Exists(Path.Combine(folder, "CdcEmbedded.sln")) ? folder
        : FindRoot(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run inside the repository."));
}
