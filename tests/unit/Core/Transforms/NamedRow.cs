namespace CdcEmbedded.Tests.Transforms;

[CdcRow]
internal sealed partial record NamedRow(int Id, string Name);
