namespace CdcEmbedded.Engine;

/// <summary>The enumerator of <see cref="CdcEngine.ReadAllAsync"/>.</summary>
internal sealed class ItemCursor : StreamCursor, IAsyncEnumerator<StreamItem>
{
    private StreamItem? _current;

    public ItemCursor(EngineSession session)
        : base(session, StreamKind.Items)
    {
    }

    public StreamItem Current => _current ?? throw new InvalidOperationException("There is no current item.");

    public ValueTask<bool> MoveNextAsync()
    {
        var next = Next;
        if (next < Limit && !Attention && Set is { } set)
        {
            Next = next + 1;
            _current = new ChangeEvent(set, next);
            return new ValueTask<bool>(true);
        }

        return MoveSlowAsync();
    }

    private protected override void OnYield() => _current = Set is { } set ? new ChangeEvent(set, Next++) : Item;
}
