using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Control;
using Tunnel.Shared.Diagnostics;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Reloading;
using Tunnel.Shared.State;

namespace Tunnel.Shared.Hosting;

/// <summary>Runs a configuration until SIGTERM or Ctrl-C, and drains.</summary>
public static class ProgramHost
{
    /// <summary>How long connections may go on after the program was told to stop.</summary>
    public static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(10);

    /// <summary>What the host grants on top of the drain, for farewells.</summary>
    private static readonly TimeSpan HostMargin = TimeSpan.FromSeconds(5);

    /// <summary>Runs; returns the exit code (<see cref="ExitCodes"/>).</summary>
    /// <param name="config">What to run.</param>
    /// <param name="reverse">Bridges and portals.</param>
    /// <param name="started">Called when everything listens and dials.</param>
    /// <param name="reloading">The file that the configuration comes from, to be read again when it changes; null where it comes from none.</param>
    public static async Task<int> RunAsync(
        TunnelConfig config, IReverseFactory reverse, Action<TunnelRuntime>? started = null, ReloadSource? reloading = null)
    {
        LineLoggerProvider logging;
        try
        {
            logging = new LineLoggerProvider(config.Log, TimeProvider.System);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"Cannot open a log file that \"log\" names: {exception.Message}");
            return ExitCodes.Failed;
        }

        await using (logging)
        {
            // Everything a host reads by default (files, variables, arguments) has its place in the configuration instead.
            var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
            builder.Logging.SetMinimumLevel(LogLevel.Trace).AddFilter("Microsoft", LogLevel.None).AddProvider(logging);
            builder.Services.AddMetrics();
            builder.Services.Configure<ConsoleLifetimeOptions>(options => options.SuppressStatusMessages = true);
            builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = DrainLimit + HostMargin);
            builder.Services.AddSingleton<TunnelMetrics>();
            builder.Services.AddSingleton(services => new RuntimeContext
            {
                Loggers = services.GetRequiredService<ILoggerFactory>(),
                Metrics = services.GetRequiredService<TunnelMetrics>(),
                StateDirectory = StateDirectory.Default(),
                ChangeLog = logging.Change,
            });
            builder.Services.AddSingleton(services => new RuntimeService(
                TunnelRuntime.Build(config, reverse, services.GetRequiredService<RuntimeContext>()),
                DrainLimit,
                started,
                services.GetRequiredService<RuntimeContext>().StatusLogger));
            if (reloading is not null)
            {
                builder.Services.AddSingleton(services => new Reloader(
                    reloading.File, services.GetRequiredService<RuntimeService>().Runtime, services.GetRequiredService<RuntimeContext>().StatusLogger, TimeProvider.System));
                builder.Services.AddHostedService(services => new ReloadService(reloading.File, services.GetRequiredService<Reloader>(), TimeProvider.System));
                builder.Services.AddHostedService(services => new ControlService(
                    reloading.Control.Path,
                    new RuntimeCommands(services.GetRequiredService<RuntimeService>().Runtime, services.GetRequiredService<Reloader>()).HandleAsync,
                    services.GetRequiredService<RuntimeContext>().StatusLogger));
            }

            builder.Services.AddHostedService(static services => services.GetRequiredService<RuntimeService>());
            builder.Services.AddHostedService(_ => new MemoryTrimmer(TimeProvider.System));
            using var host = builder.Build();
            try
            {
                await host.RunAsync();
                return ExitCodes.Fine;
            }
            catch (InboundStartException exception)
            {
                HostLog.CannotStart(logging.CreateLogger(LogCategories.Status), exception.Message);
                return ExitCodes.Failed;
            }
        }
    }
}
