namespace CdcEmbedded.Hosting;

/// <summary>A change that its handler could not handle.</summary>
public sealed record DeadLetter
{
    /// <summary>Its number in the store; 0 before it is stored.</summary>
    public long Id { get; init; }

    /// <summary>The stream's name.</summary>
    public required string Stream { get; init; }

    /// <summary>The handler.</summary>
    public required string Handler { get; init; }

    /// <summary>The change's <see cref="ChangeEvent.EventId"/>.</summary>
    public required string EventId { get; init; }

    /// <summary>The change as JSON, in the envelope of <see cref="Formats.EnvelopeJson"/>.</summary>
    public required string Event { get; init; }

    /// <summary>The last failure, with its stack.</summary>
    public required string Error { get; init; }

    /// <summary>Number of attempts.</summary>
    public required int Attempts { get; init; }

    /// <summary>When it was stored, in UTC.</summary>
    public required DateTimeOffset ParkedAt { get; init; }
}
