namespace CdcEmbedded.MySql.Transactions;

/// <summary>A SAVEPOINT inside the open transaction: what was held when it was set.</summary>
internal readonly record struct Savepoint(string Name, int Held, long HeldBytes, long Delivered, ulong Check);
