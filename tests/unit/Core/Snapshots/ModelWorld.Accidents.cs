using CdcEmbedded.Snapshots;

namespace CdcEmbedded.Tests.Snapshots;

/// <summary>The steps that come from outside: crashes, reconnects, failures, and requests to pause, resume, stop and add.</summary>
internal sealed partial class ModelWorld
{
    private void AddAccidents(List<ModelWorld> next)
    {
        if (_crashes < _case.Crashes)
        {
            if (_storedDelivered != _delivered || !ReferenceEquals(_storedState, _state))
            {
                next.Add(Step("store", static world => world.Store()));
            }

            next.Add(Step("crash", static world => world.Crash()));
        }

        if (_reopenings < _case.Reopenings)
        {
            next.Add(Step("reopen", static world => world.Reopen()));
        }

        if (_isPaused)
        {
            next.Add(Step("resume", static world => world.Resume()));
        }
        else if (_pauses < _case.Pauses)
        {
            next.Add(Step("pause", static world => world.Pause()));
        }

        if (_failures < _case.Failures && _asked is not null)
        {
            next.Add(Step("fail", static world => world.Fail()));
        }

        if (_requests < _case.MoreRequests)
        {
            next.Add(Step("request", static world => world.Request()));
        }

        if (_stops < _case.Stops)
        {
            next.Add(Step("stop", static world => world.Stop()));
        }
    }

    private void Store()
    {
        _storedCopy = _copy;
        _storedState = _state;
        _storedDelivered = _delivered;
        _storedEmittedKeys = _emittedKeys;
    }

    private void Crash()
    {
        _crashes++;
        _machine = new SnapshotMachine(SnapshotStateJson.Read(_storedState.ToJson()), _case.Limits, _rules);
        _delivered = _storedDelivered;
        _machine.OnOpened(Place);
        _pending = [];
        (_asked, _read) = (null, null);
        _state = _storedState;
        _emittedKeys = _storedEmittedKeys;
        _copy = _case.IsTransactional ? _storedCopy : _copy;
    }

    private void Reopen()
    {
        _reopenings++;
        _machine.OnOpened(Place);
        TakeRows();
    }

    private void Pause()
    {
        _pauses++;
        _isPaused = true;
        _machine.Apply(static state => state.Pause(null));
        TakeRows();
    }

    private void Resume()
    {
        _isPaused = false;
        _machine.Apply(static state => state.Resume(null));
        TakeRows();
    }

    private void Stop()
    {
        _stops++;
        _wasStopped = true;
        _machine.Apply(static state => state.Stop(null, []));
        TakeRows();
    }

    private void Fail()
    {
        _failures++;
        var action = _asked!;
        (_asked, _read) = (null, null);
        _machine.OnFailed(action, "The model fails.", isTransient: true);
        TakeRows();
    }

    private void Request()
    {
        var job = Job(++_requests);
        _machine.Apply(state => state.Accept(job), keepsWindow: true);
        TakeRows();
    }
}
