using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.AspNetCore.Http;
using Tunnel.Mux;
using Tunnel.Portal.Web.Requests;
using Tunnel.Shared.Transport;

namespace Tunnel.Portal.Web.Forwarding;

/// <summary>Finds in an exception, whatever it is wrapped in, which hop failed.</summary>
internal static class FailureClassifier
{
    /// <summary>nginx's own status for a visitor who has left; only the log sees it.</summary>
    private const int ClientClosed = 499;

    /// <summary>Exceptions are wrapped a few times; a chain does not go on for ever.</summary>
    private const int MaxDepth = 16;

    /// <summary>What happened.</summary>
    /// <param name="exception">What the client threw; null where it does not say.</param>
    /// <param name="hasLeft">Whether the visitor is gone.</param>
    /// <param name="isReady">Whether the portal that dials has a bridge, or none is needed.</param>
    public static HopFailure Classify(Exception? exception, bool hasLeft, bool isReady)
    {
        if (hasLeft)
        {
            return new HopFailure(null, ClientClosed, NeverReached: false, IsTargets: false);
        }

        HopFailure? general = null;
        foreach (var current in Chain(exception).Take(MaxDepth))
        {
            if (OfKnown(current, isReady) is { } failure)
            {
                return failure;
            }

            general = Narrower(general, current);
        }

        return general ?? Failed(TunnelError.TargetReset);
    }

    /// <summary>An exception and what is in it, which may be several: that of the request's body, and that of the request.</summary>
    private static IEnumerable<Exception> Chain(Exception? exception)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            yield return current;
            if (current is AggregateException several)
            {
                foreach (var inner in several.InnerExceptions.Skip(1).SelectMany(Chain))
                {
                    yield return inner;
                }
            }
        }
    }

    private static HopFailure? OfKnown(Exception exception, bool isReady) => exception switch
    {
        BadHttpRequestException bad => new HopFailure(
            bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? TunnelError.BodyTooLarge : TunnelError.BadRequest, bad.StatusCode, NeverReached: false, IsTargets: false),

        // Kestrel's word for the size of a chunk beyond 32 bits.
        IOException { InnerException: OverflowException } => new HopFailure(TunnelError.BadRequest, StatusCodes.Status400BadRequest, NeverReached: false, IsTargets: false),
        TargetTimeoutException => Late(neverReached: false),
        DialException dial => OfDial(dial.Failure, isReady),
        MuxStreamException stream => OfStream(stream, isReady),
        AuthenticationException => Failed(TunnelError.TargetTls, neverReached: true),
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => Failed(TunnelError.TargetRefused, neverReached: true),
        _ => null,
    };

    private static HopFailure OfDial(DialFailure failure, bool isReady) => failure switch
    {
        _ when !isReady => NoBridge(),
        DialFailure.Refused => Failed(TunnelError.TargetRefused, neverReached: true),
        DialFailure.TimedOut => Late(neverReached: true),
        DialFailure.TlsFailed or DialFailure.CertificateRefused => Failed(TunnelError.TargetTls, neverReached: true),
        _ => Failed(TunnelError.TargetUnreachable, neverReached: true),
    };

    private static HopFailure OfStream(MuxStreamException exception, bool isReady) => exception.Code switch
    {
        MuxErrorCode.Refused => Failed(TunnelError.BridgeRefused, neverReached: true),

        // The bridge says in words why it could not connect.
        MuxErrorCode.ConnectFailed when Says(exception, "connection refused") => Failed(TunnelError.TargetRefused, neverReached: true),
        MuxErrorCode.ConnectFailed when Says(exception, "no answer") || Says(exception, "in time") => Late(neverReached: true),
        MuxErrorCode.ConnectFailed => Failed(TunnelError.TargetUnreachable, neverReached: true),
        MuxErrorCode.SessionLost or MuxErrorCode.PeerSilent => NoBridge() with { NeverReached = false },
        _ when !isReady => NoBridge() with { NeverReached = false },
        _ => Failed(TunnelError.TargetReset),
    };

    private static bool Says(MuxStreamException exception, string words) => exception.Message.Contains(words, StringComparison.OrdinalIgnoreCase);

    /// <summary>What a client's exception says in general, for want of a reason below it.</summary>
    private static HopFailure? Narrower(HopFailure? before, Exception exception)
    {
        var error = exception switch
        {
            HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } request => request.HttpRequestError,
            HttpIOException answer => answer.HttpRequestError,
            _ => HttpRequestError.Unknown,
        };
        return error switch
        {
            HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError or HttpRequestError.ConfigurationLimitExceeded
                or HttpRequestError.VersionNegotiationError or HttpRequestError.ExtendedConnectNotSupported => Failed(TunnelError.TargetBadAnswer),
            HttpRequestError.SecureConnectionError => Failed(TunnelError.TargetTls, neverReached: true),
            HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError => before ?? Failed(TunnelError.TargetUnreachable, neverReached: true),
            HttpRequestError.ResponseEnded => Failed(TunnelError.TargetReset),
            _ => before,
        };
    }

    private static HopFailure Failed(string code, bool neverReached = false) => new(code, StatusCodes.Status502BadGateway, neverReached, IsTargets: true);

    private static HopFailure Late(bool neverReached) => new(TunnelError.TargetTimeout, StatusCodes.Status504GatewayTimeout, neverReached, IsTargets: true);

    private static HopFailure NoBridge() => new(TunnelError.NoBridge, StatusCodes.Status503ServiceUnavailable, NeverReached: true, IsTargets: true);
}
