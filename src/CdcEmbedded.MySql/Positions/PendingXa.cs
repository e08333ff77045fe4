namespace CdcEmbedded.MySql.Positions;

/// <summary>A prepared XA transaction that awaits its outcome, as an offset remembers it: where its rows are to be read again (R20).</summary>
/// <param name="Xid">As the server writes it in XA statements: <c>X'67',X'62',1</c>.</param>
/// <param name="Gtid">The GTID of its XA PREPARE; null without GTIDs.</param>
/// <param name="Before">MariaDB's GTID position before it; null else.</param>
/// <param name="File">The binlog file.</param>
/// <param name="Position">Where its first event begins in the file.</param>
internal sealed record PendingXa(string Xid, string? Gtid, string? Before, string File, long Position);
