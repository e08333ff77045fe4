namespace CdcEmbedded.Hosting;

/// <summary>A change with its rows as objects. Immutable, if the rows are.</summary>
/// <typeparam name="T">The row.</typeparam>
public sealed class Change<T>
{
    internal Change(ChangeEvent change, Func<DataRecord, T> map)
    {
        Event = change;
        Before = change.Before.HasValue ? map(change.Before) : default;
        After = change.After.HasValue ? map(change.After) : default;
    }

    /// <summary>What happened.</summary>
    public ChangeOperation Operation => Event.Operation;

    /// <summary>The row before the change; the default value for a create.</summary>
    public T? Before { get; }

    /// <summary>The row after the change; the default value for a delete.</summary>
    public T? After { get; }

    /// <summary>The key.</summary>
    public DataRecord Key => Event.Key;

    /// <inheritdoc cref="ChangeEvent.ChangedColumns"/>
    public IReadOnlyList<string>? ChangedColumns => Event.ChangedColumns;

    /// <summary>The change as the engine delivered it.</summary>
    public ChangeEvent Event { get; }
}
