namespace CdcEmbedded.DeadLetters;

/// <summary>A change that its handler could not handle, or that follows such a change of the same key.</summary>
public sealed record DeadLetter
{
    /// <summary><see cref="Key"/> of a change that concerns its whole table: a TRUNCATE, or a row without a key.</summary>
    public const string WholeTable = "*";

    /// <summary>Its number in the store; 0 before it is stored.</summary>
    public long Id { get; init; }

    /// <summary>The stream's name.</summary>
    public required string Stream { get; init; }

    /// <summary>The handler's name: its type's, with a number if several have the same.</summary>
    public required string Handler { get; init; }

    /// <summary>The table, as <c>database.table</c>.</summary>
    public required string Table { get; init; }

    /// <summary>The key as text, without regard to case and trailing spaces; or <see cref="WholeTable"/>.</summary>
    public required string Key { get; init; }

    /// <summary>The key before the change, if the change has changed it.</summary>
    /// <value>The default is empty: it has not.</value>
    public string FormerKey { get; init; } = "";

    /// <summary>The change's <see cref="ChangeEvent.EventId"/>.</summary>
    public required string EventId { get; init; }

    /// <summary>The change as JSON for people, in the envelope of <see cref="Formats.EnvelopeJson"/>. Text that is none in its column's
    /// character set is <c>{"$bytes": base64}</c>; if another value is damaged, there is only an <c>error</c> with the reason.</summary>
    public required string Event { get; init; }

    /// <summary>The change as JSON with the exact types, from which it is replayed.</summary>
    /// <value>Empty if the change cannot be replayed: see <c>CdcStreams.ReplayDeadLettersAsync</c>.</value>
    public required string Content { get; init; }

    /// <summary>The last failure, with its stack; or why the change was not handled.</summary>
    public required string Error { get; init; }

    /// <summary>Number of attempts; 0 for a change that follows a dead letter of its key.</summary>
    public required int Attempts { get; init; }

    /// <summary>When it was stored, in UTC.</summary>
    public required DateTimeOffset ParkedAt { get; init; }

    /// <summary>Describes it without row contents, for logs.</summary>
    public override string ToString()
        => string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"dead letter {Id} of {Stream}: {Handler}, {Table}, {EventId}, {Attempts} attempts, {ParkedAt:O}");
}
