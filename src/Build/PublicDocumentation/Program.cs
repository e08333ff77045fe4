using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using PublicDocumentation;

// PublicDocumentation ASSEMBLY XML: removes from the XML file what documents a member that no other assembly can see.
if (args is not [var assemblyPath, var documentationPath])
{
    Console.Error.WriteLine("usage: PublicDocumentation ASSEMBLY XML");
    return 2;
}

using var assembly = new PEReader(File.OpenRead(assemblyPath));
var seen = new VisibleMembers(assembly.GetMetadataReader()).Ids();
var document = XDocument.Load(documentationPath, LoadOptions.PreserveWhitespace);
foreach (var member in document.Descendants("member").Where(m => !seen.Contains(m.Attribute("name")?.Value ?? "")).ToList())
{
    if (member.NextNode is XText { Value: var text } space && string.IsNullOrWhiteSpace(text))
    {
        space.Remove();
    }

    member.Remove();
}

document.Save(documentationPath, SaveOptions.DisableFormatting);
return 0;
