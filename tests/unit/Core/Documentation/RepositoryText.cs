using CdcEmbedded.Tests.Architecture;

namespace CdcEmbedded.Tests.Documentation;

/// <summary>The repository's files, as the tests of its texts read them.</summary>
internal static class RepositoryText
{
    private static readonly string[] Tops = ["src", "tests", "samples", "benchmarks"];

    /// <summary>The C# files, generated ones not among them, by path from the root.</summary>
    public static IEnumerable<string> CodeFiles => Files("*.cs");

    /// <summary>The Markdown pages: README.md, .github and those beside the code.</summary>
    public static IEnumerable<string> Pages => Files("*.md").Append("README.md").Concat(In(".github", "*.md"));

    /// <summary>Reads a file by its path from the root.</summary>
    public static string Read(string path) => File.ReadAllText(Path.Combine(ShippedAssemblies.Root, path)).ReplaceLineEndings("\n");

    /// <summary>Reads the texts of all C# files and of all pages.</summary>
    public static IEnumerable<Prose> All() => CodeFiles.SelectMany(path => CSharpReader.Read(path, Read(path)))
        .Concat(Pages.Select(path => new Prose(path, 1, ProseKind.Page, Read(path))));

    private static IEnumerable<string> Files(string pattern) => Tops.SelectMany(top => In(top, pattern));

    private static IEnumerable<string> In(string folder, string pattern)
    {
        var path = Path.Combine(ShippedAssemblies.Root, folder);
        return !Directory.Exists(path) ? [] : Directory.EnumerateFiles(path, pattern, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(ShippedAssemblies.Root, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(part => part is "obj" or "bin" or "node_modules"))
            .Order(StringComparer.Ordinal);
    }
}
