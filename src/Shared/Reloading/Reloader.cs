using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Control;
using Tunnel.Shared.Hosting;

namespace Tunnel.Shared.Reloading;

/// <summary>Reads the configuration of a running program again and has it take its place. Whoever asks waits for whoever asked before.</summary>
internal sealed class Reloader(ConfigFile file, TunnelRuntime runtime, ILogger status, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);

    // Guarded by _gate. Whoever asks after the watch was faster wants to know what it did.
    private string? _lastChange;

    /// <summary>Reloads, and logs what it came to.</summary>
    public async Task<ControlOutcome> ReloadAsync() => (await RunAsync(onlyIfChanged: false))!;

    /// <summary>Reloads, unless the files look as they did when they were read; somebody else may have asked first.</summary>
    public Task ReloadIfChangedAsync() => RunAsync(onlyIfChanged: true);

    public void Dispose() => _gate.Dispose();

    private async Task<ControlOutcome?> RunAsync(bool onlyIfChanged)
    {
        await _gate.WaitAsync();
        try
        {
            return onlyIfChanged && file.Look().IsAsRead ? null : await ReadAndApplyAsync();
        }
#pragma warning disable CA1031 // The program must go on whatever a reload does.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            ReloadLog.Failed(status, exception);
            return new ControlOutcome(ExitCodes.Failed, [$"the reload failed: {exception.Message}"]);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<ControlOutcome> ReadAndApplyAsync()
    {
        var loaded = file.Load();
        var warnings = loaded.Problems.Where(static problem => problem.Severity == ConfigSeverity.Warning).Select(static problem => problem.ToString()).ToList();
        if (loaded.Config is not { } config)
        {
            return Refuse(warnings, loaded.Problems.Where(static problem => problem.Severity == ConfigSeverity.Error).Select(static problem => problem.ToString()));
        }

        var result = await runtime.ReloadAsync(config);
        if (!result.Refusals.IsEmpty)
        {
            return Refuse(warnings, result.Refusals.Select(refusal => $"{file.Path}: error: {refusal}"));
        }

        Log(warnings, result.Failures);
        ReloadLog.Reloaded(status, file.Path, result);
        string[] last = result.IsNothing && _lastChange is not null ? [_lastChange] : [];
        if (!result.IsNothing)
        {
            _lastChange = string.Create(CultureInfo.InvariantCulture, $"the last change was taken over at {time.GetLocalNow():HH':'mm':'ss}: {result}");
        }

        return new ControlOutcome(
            result.Failures.IsEmpty ? ExitCodes.Fine : ExitCodes.Failed,
            [.. warnings, .. result.Failures.Select(static failure => $"error: {failure}"), $"reloaded {file.Path}: {result}", .. last]);
    }

    private ControlOutcome Refuse(List<string> warnings, IEnumerable<string> errors)
    {
        var all = errors.ToList();
        Log(warnings, all);
        ReloadLog.NotReloaded(status, file.Path);
        return new ControlOutcome(ExitCodes.BadUsage, [.. warnings, .. all, $"not reloaded: {file.Path} is in error, and nothing has changed"]);
    }

    private void Log(IEnumerable<string> warnings, IEnumerable<string> errors)
    {
        foreach (var warning in warnings)
        {
            ReloadLog.Warning(status, warning);
        }

        foreach (var error in errors)
        {
            ReloadLog.Error(status, error);
        }
    }
}
