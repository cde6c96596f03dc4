using Microsoft.Extensions.Logging;

namespace Tunnel.Portal.Web.Forwarding;

internal static partial class ForwardingLog
{
    [LoggerMessage(8100, LogLevel.Warning, "{Target} did not answer {Method} {Path}: {Code} ({Reason})")]
    public static partial void Failed(ILogger logger, string target, string method, string path, string code, string reason);

    [LoggerMessage(8104, LogLevel.Warning, "the answer of {Target} to {Method} {Path} was cut off: {Code} ({Reason})")]
    public static partial void CutOff(ILogger logger, string target, string method, string path, string code, string reason);

    [LoggerMessage(8101, LogLevel.Warning, "{Target} is left out for {Seconds} s after {Fails} failures")]
    public static partial void LeftOut(ILogger logger, string target, double seconds, int fails);

    [LoggerMessage(8102, LogLevel.Warning, "{Target} is not well: {Reason}; it gets no more requests until it is")]
    public static partial void NotWell(ILogger logger, string target, string reason);

    [LoggerMessage(8103, LogLevel.Information, "{Target} is well again")]
    public static partial void WellAgain(ILogger logger, string target);
}
