import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '@tapeline/historical-api';
import { apiKeyOf } from './user-id.js';

/** HTTP Basic with the key as the user name. Every key with the right beginning is good. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    if (/^db-.+/.test(apiKeyOf(http.getRequest<FastifyRequest>()))) return true;
    http.getResponse<FastifyReply>().header('www-authenticate', 'Basic');
    throw new ApiError(
      401,
      'auth_authentication_failed',
      "Authentication failed: give an API key, which begins with 'db-', as the user name.",
    );
  }
}
