namespace CdcEmbedded.MySql.Transactions;

/// <summary>A SAVEPOINT inside the open transaction: what had come before it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Spilled">Bytes in the spill file.</param>
/// <param name="Held">Number of entries in memory after those.</param>
/// <param name="HeldBytes">Memory that they keep alive.</param>
/// <param name="Count">The changes.</param>
internal readonly record struct Savepoint(string Name, long Spilled, int Held, long HeldBytes, ChangeCount Count);
