using CdcEmbedded.MySql.Binlog.Rows;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>A captured table whose columns are not known, or are not those that its table map describes.</summary>
/// <param name="Table">What its id stands for.</param>
/// <param name="Map">Its map.</param>
/// <param name="Mismatch">What the known columns do not fit in, or why none are known; empty where that is not told.</param>
internal sealed record UnresolvedTable(MappedTable Table, TableMap Map, string Mismatch);
