using CdcEmbedded;

namespace DocSnippets;

// <total-handler>
[CdcRow]
public sealed partial record OrderRow(long Id, decimal Total);
// </total-handler>
