namespace CdcEmbedded.Engine;

/// <summary>The enumerator of <see cref="CdcEngine.ReadAsync"/>.</summary>
internal sealed class ChangeCursor : StreamCursor, IAsyncEnumerator<ChangeEvent>
{
    private ChangeEvent? _current;

    public ChangeCursor(EngineSession session)
        : base(session, StreamKind.Changes)
    {
    }

    public ChangeEvent Current => _current ?? throw new InvalidOperationException("There is no current change.");

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

    private protected override void OnYield() => _current = Set is { } set ? new ChangeEvent(set, Next++) : null;
}
