using System.Runtime.ExceptionServices;

namespace CdcEmbedded.Engine;

/// <summary>Enumerates several streams in turns. Each stream is asked for its next element when the loop asks for what follows the last one
/// of that stream, because asking acknowledges.</summary>
/// <remarks>One flow enumerates; <see cref="DisposeAsync"/> ends the requests that wait.</remarks>
/// <typeparam name="T">An element.</typeparam>
internal sealed class MergedCursor<T> : IAsyncEnumerator<T>
{
    private readonly Lane[] _lanes;
    private readonly int _turn;
    private readonly Action<int> _onYield;
    private ExceptionDispatchInfo? _failure;
    private int _current = -1;
    private int _yieldedInTurn;

    /// <param name="streams">The streams with the names of their engines.</param>
    /// <param name="turn">Number of elements of one stream after which the others are asked, if it has more at once.</param>
    /// <param name="onYield">Called with the index of the stream that the current element is of.</param>
    public MergedCursor(IReadOnlyList<(string Engine, IAsyncEnumerator<T> Elements)> streams, int turn, Action<int> onYield)
    {
        _lanes = [.. streams.Select(static stream => new Lane(stream.Engine, stream.Elements))];
        _turn = turn;
        _onYield = onYield;
    }

    /// <inheritdoc/>
    public T Current => _current >= 0 && _lanes[_current].HasElement ? _lanes[_current].Elements.Current
        : throw new InvalidOperationException("There is no current element.");

    /// <inheritdoc/>
    public ValueTask<bool> MoveNextAsync()
    {
        if (_current >= 0)
        {
            var lane = _lanes[_current];
            lane.Ask();
            if (lane.HasElement && ++_yieldedInTurn < _turn)
            {
                return new ValueTask<bool>(true);
            }
        }

        return MoveAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_lanes.Select(static lane => lane.Elements.DisposeAsync().AsTask())).ConfigureAwait(false);
        foreach (var lane in _lanes)
        {
            await ((Task)lane.Request).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async ValueTask<bool> MoveAsync()
    {
        _failure?.Throw();
        if (_current < 0)
        {
            Array.ForEach(_lanes, static lane => lane.Ask());
        }

        while (true)
        {
            for (var i = 1; i <= _lanes.Length; i++)
            {
                var index = (_current + i) % _lanes.Length;
                if (await HasElementAsync(_lanes[index]).ConfigureAwait(false))
                {
                    _current = index;
                    _yieldedInTurn = 0;
                    _onYield(index);
                    return true;
                }
            }

            var waiting = _lanes.Where(static lane => !lane.HasEnded).Select(static lane => lane.Request).ToList();
            if (waiting.Count == 0)
            {
                return false;
            }

            await Task.WhenAny(waiting).ConfigureAwait(false);
        }
    }

    private async ValueTask<bool> HasElementAsync(Lane lane)
    {
        try
        {
            return await lane.SettleAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (OperationCanceledException or ObjectDisposedException))
        {
            var failure = new EngineFailedException(lane.Engine, e);
            _failure = ExceptionDispatchInfo.Capture(failure);
            throw failure;
        }
    }

    /// <summary>One stream and its request.</summary>
    private sealed class Lane(string engine, IAsyncEnumerator<T> elements)
    {
        public string Engine => engine;

        public IAsyncEnumerator<T> Elements => elements;

        /// <summary>The request for the next element; complete where none waits.</summary>
        public Task<bool> Request { get; private set; } = Task.FromResult(false);

        /// <summary>True if the stream has an element that was not processed.</summary>
        public bool HasElement { get; private set; }

        /// <summary>True if nothing more follows.</summary>
        public bool HasEnded { get; private set; }

        /// <summary>Asks for the next element.</summary>
        public void Ask()
        {
            HasElement = false;
            var request = elements.MoveNextAsync();
            if (request.IsCompletedSuccessfully)
            {
                HasElement = request.Result;
                HasEnded = !HasElement;
            }
            else
            {
                Request = request.AsTask();
            }
        }

        /// <summary>Takes the answer, if there is one.</summary>
        /// <returns>True if the stream has an element.</returns>
        public async ValueTask<bool> SettleAsync()
        {
            if (!HasElement && !HasEnded && Request.IsCompleted)
            {
                HasElement = await Request.ConfigureAwait(false);
                HasEnded = !HasElement;
            }

            return HasElement;
        }
    }
}
