namespace CdcEmbedded;

/// <summary>A row or document that a source writes into its own server at an interval, so that the log has something that moves the stored
/// offset while the captured tables rest.</summary>
/// <remarks>The source writes beside the stream, over a connection or command of its own and with its own account, which the check before
/// the first event finds if it lacks privileges. A write that fails is logged, and tried again after the interval; it never stops the
/// stream. Of several instances only the active one writes, while it is connected.</remarks>
public sealed class HeartbeatWriteOptions
{
    /// <summary>The table, as <c>database.table</c>, or the collection, as <c>database.collection</c>. Its changes are not delivered,
    /// unless the source's <c>Include</c> names it without wildcards.</summary>
    /// <remarks>MySQL and MariaDB: without a <see cref="Statement"/> it must have the columns <c>name VARCHAR(190) PRIMARY KEY</c> and
    /// <c>written_at DATETIME(6) NOT NULL</c>, and the account needs INSERT and UPDATE. Names with other characters than letters, digits,
    /// <c>_</c> and <c>$</c> are written in backticks. MongoDB: the first write creates the collection, its documents are
    /// <c>{_id: name, writtenAt: date}</c>, and the user needs <c>insert</c> and <c>update</c>.</remarks>
    public required string Table { get; init; }

    /// <summary>The SQL statement to execute instead. <c>@name</c> stands for the engine's name.</summary>
    /// <value>Null, the default, inserts or updates the row of this engine with the server's time in UTC. MongoDB has no statements and
    /// refuses it.</value>
    public string? Statement { get; init; }

    /// <summary>The time between two writes.</summary>
    /// <value>The default is one minute; from one second to one day.</value>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(1);
}
