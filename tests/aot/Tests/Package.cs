using System.IO.Compression;
using System.Xml.Linq;

namespace CdcEmbedded.PublishTests;

/// <summary>A package file: its contents and its nuspec.</summary>
internal sealed class Package : IDisposable
{
    private readonly ZipArchive _archive;

    private Package(ZipArchive archive, XElement metadata)
    {
        _archive = archive;
        Metadata = metadata;
    }

    /// <summary>The <c>metadata</c> element of the nuspec, without its namespace.</summary>
    public XElement Metadata { get; }

    /// <summary>The paths in the package, without those of the package format itself.</summary>
    public IEnumerable<string> Files => _archive.Entries.Select(e => e.FullName)
        .Where(f => !f.StartsWith("_rels/", StringComparison.Ordinal) && !f.StartsWith("package/", StringComparison.Ordinal)
            && f != "[Content_Types].xml" && !f.EndsWith(".nuspec", StringComparison.Ordinal));

    /// <summary>Opens the only version of a package in a folder.</summary>
    public static Package Open(string folder, string id)
    {
        var path = Directory.GetFiles(folder, id + ".*.nupkg").Single(p => char.IsAsciiDigit(Path.GetFileName(p)[id.Length + 1]));
        var archive = ZipFile.OpenRead(path);
        var entry = archive.GetEntry(id + ".nuspec") ?? throw new InvalidDataException($"{path} has no {id}.nuspec.");
        using var stream = entry.Open();
        var root = XDocument.Load(stream).Root ?? throw new InvalidDataException($"The nuspec of {path} is empty.");
        foreach (var element in root.DescendantsAndSelf())
        {
            element.Name = element.Name.LocalName;
        }

        return new Package(archive, root.Element("metadata") ?? throw new InvalidDataException($"The nuspec of {path} has no metadata."));
    }

    /// <summary>Returns an element's text; "" if there is none.</summary>
    public string Text(string element) => Metadata.Element(element)?.Value ?? "";

    /// <summary>Reads a file of the package.</summary>
    public byte[] Read(string path)
    {
        using var stream = (_archive.GetEntry(path) ?? throw new FileNotFoundException($"The package has no {path}.")).Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    public void Dispose() => _archive.Dispose();
}
