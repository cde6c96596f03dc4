using System.Globalization;
using Tunnel.Benchmarks.Compare.Load;
using Tunnel.Benchmarks.Compare.Peers;
using Tunnel.Benchmarks.Compare.Report;

namespace Tunnel.Benchmarks.Web;

/// <summary>Measures our web front beside nginx as a front, in turn, both before the same nginx with files.</summary>
internal static class WebProgram
{
    private const string Usage =
        """
        usage: web [--rounds 5] [--duration 3] [--bin DIR]
          --duration is in seconds, for each cell; --bin is a folder with published builds of bridge and portal.
        """;

    // The just-in-time compiler is done by then.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(20);

    private static readonly string[] Paths = ["/1k", "/64k"];

    /// <returns>An exit code: 0 where everything was measured.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (Parse(args) is not var (rounds, duration, folder))
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        var programs = OurPrograms.In(folder);
        if ((Wrk.Missing ?? Nginx.Missing ?? programs.Missing) is { } missing)
        {
            await Console.Error.WriteLineAsync(missing);
            return 1;
        }

        var files = Directory.CreateTempSubdirectory("tunnel-web-");
        try
        {
            var site = new Site(files.FullName);
            await using var origin = await Nginx.StartAsync(site);
            await using var direct = WebFront.Direct(origin);
            await using var nginx = await WebFront.NginxAsync(site, origin);
            await using var portal = WebFront.Portal(site, programs, origin);
            await using var bridged = WebFront.PortalAndBridge(site, programs, origin);
            WebFront[] fronts = [direct, nginx, portal, bridged];
            Print(fronts, await MeasureAsync(fronts, rounds, duration));
            return 0;
        }
        finally
        {
            files.Delete(recursive: true);
        }
    }

    private static (int Rounds, TimeSpan Duration, string? Folder)? Parse(ReadOnlySpan<string> words)
    {
        var (rounds, seconds, folder) = (5, 3.0, (string?)null);
        for (; words.Length >= 2; words = words[2..])
        {
            var known = words[0] switch
            {
                "--rounds" => int.TryParse(words[1], CultureInfo.InvariantCulture, out rounds),
                "--duration" => double.TryParse(words[1], CultureInfo.InvariantCulture, out seconds),
                "--bin" => (folder = words[1]).Length > 0,
                _ => false,
            };
            if (!known)
            {
                return null;
            }
        }

        return words.IsEmpty && rounds > 0 && seconds > 0 ? (rounds, TimeSpan.FromSeconds(seconds), folder) : null;
    }

    private static async Task<Dictionary<(string Front, string Path), List<WrkFigures>>> MeasureAsync(WebFront[] fronts, int rounds, TimeSpan duration)
    {
        var figures = new Dictionary<(string Front, string Path), List<WrkFigures>>();
        foreach (var front in fronts)
        {
            await ReadyAsync(front);
            foreach (var path in Paths)
            {
                figures[(front.Name, path)] = [];
                await Wrk.RunAsync(front.EndPoint, path, WarmUp, closing: false);
            }
        }

        // In turn, so that what the machine does besides meets all of them.
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (front, path) in fronts.SelectMany(static front => Paths.Select(path => (front, path))))
            {
                figures[(front.Name, path)].Add(await Wrk.RunAsync(front.EndPoint, path, duration, closing: false));
            }
        }

        return figures;
    }

    /// <summary>Waits until a front serves the files.</summary>
    private static async Task ReadyAsync(WebFront front)
    {
        using var client = new HttpClient { Timeout = ReadyWithin };
        using var limit = new CancellationTokenSource(ReadyWithin);
        while (true)
        {
            try
            {
                using var answer = await client.GetAsync(new Uri($"http://{front.EndPoint}{Paths[0]}"), limit.Token);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not there yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), limit.Token);
        }
    }

    private static void Print(WebFront[] fronts, Dictionary<(string Front, string Path), List<WrkFigures>> figures)
    {
        Console.WriteLine($"{"",-6} {"front",-14} {"requests/s",12} {"of nginx",9} {"p99 ms",8} {"of nginx",9}");
        foreach (var path in Paths)
        {
            var (nginxRate, nginxTail) = Medians(figures[("nginx", path)]);
            foreach (var front in fronts)
            {
                var (rate, tail) = Medians(figures[(front.Name, path)]);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{path,-6} {front.Name,-14} {rate,12:0} {rate / nginxRate,9:0.00} {tail,8:0.00} {tail / nginxTail,9:0.00}"));
            }
        }

        Console.WriteLine("medians; 32 kept connections, one thread of wrk; nginx has one process, which is all that one core can do");
    }

    private static (double Rate, double Tail) Medians(List<WrkFigures> figures) => (
        Statistics.Median(figures.Select(static figure => figure.RequestsPerSecond)),
        Statistics.Median(figures.Select(static figure => figure.P99Milliseconds)));
}
