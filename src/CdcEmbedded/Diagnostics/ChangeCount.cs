namespace CdcEmbedded.Diagnostics;

/// <summary>How many changes of one kind were delivered of one table.</summary>
/// <param name="Database">The database.</param>
/// <param name="Table">The table or collection.</param>
/// <param name="Operation">What the changes did.</param>
/// <param name="Count">Their number.</param>
internal readonly record struct ChangeCount(string Database, string Table, ChangeOperation Operation, long Count);
