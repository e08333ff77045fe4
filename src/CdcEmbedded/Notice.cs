using CdcEmbedded.Sources;

namespace CdcEmbedded;

/// <summary>Something is missing or went wrong at this position of the stream, and reading continued because an option says so.</summary>
/// <remarks>Immutable; may be kept and read from any thread. Each notice is also logged as a warning, so that a loop over changes or
/// batches does not miss it.</remarks>
public sealed class Notice : StreamItem
{
    private ItemState _state;

    /// <summary>Creates the item.</summary>
    /// <param name="kind">What it reports.</param>
    /// <param name="message">What happened, and what to do; without row contents.</param>
    /// <param name="position">The position to resume from.</param>
    internal Notice(NoticeKind kind, string message, SourcePosition position)
    {
        ArgumentNullException.ThrowIfNull(message);
        Kind = kind;
        Message = message;
        _state = new ItemState(position);
    }

    /// <summary>What it reports.</summary>
    public NoticeKind Kind { get; }

    /// <summary>What happened, and what to do.</summary>
    public string Message { get; }

    /// <summary>The database that it concerns.</summary>
    /// <value>Empty, the default, if it concerns none or all.</value>
    public string Database { get; init; } = "";

    /// <summary>The table or collection that it concerns.</summary>
    /// <value>Empty, the default, if it concerns none or all.</value>
    public string Table { get; init; } = "";

    /// <summary>Where it comes from, in the source's own terms.</summary>
    /// <value>Null, the default, if it does not come from an event of the log.</value>
    public SourceInfo? Source { get; init; }

    private protected override ref ItemState State => ref _state;

    /// <inheritdoc/>
    public override string ToString() => Table.Length > 0 ? $"{Kind} of {Database}.{Table}: {Message}" : $"{Kind}: {Message}";
}
