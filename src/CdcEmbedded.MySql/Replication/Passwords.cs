namespace CdcEmbedded.MySql.Replication;

/// <summary>The password of one login: that of the settings, or what the application's provider answers now.</summary>
internal static class Passwords
{
    /// <summary>Gets it.</summary>
    /// <exception cref="CdcConnectionException">The provider failed; a token service may answer later, so it is transient.</exception>
    /// <exception cref="CdcAuthenticationException">The provider answered null, or threw it. Nothing else that it throws is taken for a
    /// failure of the source, such as a lost position.</exception>
    public static async ValueTask<string> GetAsync(SessionSettings settings, MySqlHost host, CancellationToken cancellationToken)
    {
        if (settings.PasswordProvider is not { } provider)
        {
            return settings.Password;
        }

        var context = new MySqlPasswordContext(host.Name, host.Port, settings.User, settings.Database ?? "");
        string? password;
        try
        {
            // The provider may ignore the token: neither a stop nor the time limit of a connect must wait for it.
            var answer = provider(context, cancellationToken).AsTask();
            _ = answer.ContinueWith(static failed => _ = failed.Exception, CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            password = await answer.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (e is not (CdcConnectionException or CdcAuthenticationException))
        {
            throw new CdcConnectionException($"PasswordProvider failed for user '{settings.User}' on {host}: {e.Message}", e);
        }

        return password ?? throw new CdcAuthenticationException($"PasswordProvider gave no password for user '{settings.User}' on {host}.");
    }
}
