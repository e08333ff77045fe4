using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>An XA transaction whose XA PREPARE was read and whose outcome was not.</summary>
/// <param name="Transaction">The transaction of its XA PREPARE.</param>
/// <param name="Place">Where the log has it, as an offset remembers it.</param>
/// <param name="Changes">Its changes.</param>
internal sealed record PreparedTransaction(MySqlTransaction Transaction, PendingXa Place, TransactionChanges Changes);
