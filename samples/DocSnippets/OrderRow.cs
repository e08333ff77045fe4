using CdcEmbedded;

namespace DocSnippets;

/// <summary>A row of the orders.</summary>
[CdcRow]
public sealed partial record OrderRow(long Id, decimal Total);
