namespace CdcEmbedded.MySql.Schemas;

/// <summary>A captured table whose columns cannot be found, and whose rows are skipped from here on.</summary>
/// <param name="Database">Its database.</param>
/// <param name="Table">Its name.</param>
/// <param name="Message">The reason and the remedy, for the application.</param>
internal sealed record SkippedTable(string Database, string Table, string Message);
