namespace CdcEmbedded;

/// <summary>A requested snapshot. Thread-safe.</summary>
public sealed class SnapshotHandle
{
    private readonly TaskCompletionSource<SnapshotStatus> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile SnapshotStatus _status;

    internal SnapshotHandle(SnapshotStatus status) => _status = status;

    /// <summary>Its id.</summary>
    public string Id => _status.Id;

    /// <summary>How far it is, in what the stream has delivered.</summary>
    public SnapshotStatus Status => _status;

    /// <summary>Completes when nothing is left to read. Failed tables are in the status; they are no exception. Cancelled if the engine
    /// stops before: the snapshot then resumes with the next engine of this name.</summary>
    /// <remarks>The loop must run meanwhile: do not wait for it inside the loop.</remarks>
    public Task<SnapshotStatus> Completion => _completion.Task;

    internal void Update(SnapshotStatus status)
    {
        _status = status;
        if (status.IsOver)
        {
            _completion.TrySetResult(status);
        }
    }

    internal void Cancel() => _completion.TrySetCanceled();
}
