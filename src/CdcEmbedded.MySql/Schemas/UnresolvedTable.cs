using CdcEmbedded.MySql.Binlog.Rows;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>A captured table whose columns are not known, or are not those that its table map describes.</summary>
/// <param name="Table">What its id means.</param>
/// <param name="Map">Its map.</param>
/// <param name="Mismatch">Where the known columns do not fit, or why none are known; empty where there is no more to say.</param>
internal sealed record UnresolvedTable(MappedTable Table, TableMap Map, string Mismatch);
